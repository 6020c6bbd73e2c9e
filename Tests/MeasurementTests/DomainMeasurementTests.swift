// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import Measurement

@Suite struct DomainMeasurementTests {
    private static let kernelBytes = [UInt8](repeating: 0x5A, count: 5000)
    private static let ramdiskBytes = [UInt8](repeating: 0x33, count: 4100)
    private static let commandLine = [UInt8]("console=hvc0".utf8)

    private static func description(ramdisk: Bool = true) throws -> DomainDescription {
        let domid = try #require(DomainID(rawValue: 2))
        return DomainDescription(
            domid: domid, name: [UInt8]("broker".utf8), memory: 8192,
            kernel: ImageReference(
                moduleIndex: 1, segments: [Segment(address: 0x10_0010, byteCount: UInt64(kernelBytes.count))],
                expectedDigest: SwiftCryptoHash.digest(.sha256, of: kernelBytes)),
            ramdisk: ramdisk
                ? ImageReference(
                    moduleIndex: 2, expectedDigest: SwiftCryptoHash.digest(.sha256, of: ramdiskBytes),
                    byteCount: UInt64(ramdiskBytes.count)) : nil,
            commandLine: commandLine)
    }

    /// A domain as libxenguest builds it: start info at 0x10000, module list behind it, command line behind that.
    private static func host(_ change: (inout SimulatedDomain) -> Void = { _ in }) throws -> SimulatedHypervisor {
        var domain = SimulatedDomain(domid: try #require(DomainID(rawValue: 2)), kibibytes: 8192)
        var startInfo: [UInt8] = []
        startInfo.append(littleEndian: 0x336E_C578, byteCount: 4)
        startInfo.append(littleEndian: 1, byteCount: 4)
        startInfo.append(littleEndian: 0, byteCount: 4)
        startInfo.append(littleEndian: 1, byteCount: 4)
        startInfo.append(littleEndian: 0x1_0100, byteCount: 8)
        startInfo.append(littleEndian: 0x1_0200, byteCount: 8)
        startInfo += [UInt8](repeating: 0, count: 24)
        domain.memory.write(startInfo, at: 0x1_0000)
        var module: [UInt8] = []
        module.append(littleEndian: 0x20_0000, byteCount: 8)
        module.append(littleEndian: UInt64(ramdiskBytes.count), byteCount: 8)
        module.append(littleEndian: 0, byteCount: 16)
        domain.memory.write(module, at: 0x1_0100)
        domain.memory.write(commandLine + [0], at: 0x1_0200)
        domain.memory.write(kernelBytes, at: 0x10_0010)
        domain.memory.write(ramdiskBytes, at: 0x20_0000)
        change(&domain)
        var host = SimulatedHypervisor()
        host.add(domain)
        return host
    }

    private func measure(
        _ description: DomainDescription, _ host: SimulatedHypervisor, coverage: Coverage = .images
    ) throws -> LaunchEvent.DomainRecord {
        var host = host
        let measurement = DomainMeasurement<SwiftCryptoHash, SimulatedHypervisor>(
            description, coverage: coverage, pageCount: host.domainsByID[2]?.info.totalPages ?? 0)
        return try measurement.measure(try measurement.survey(on: &host), on: &host)
    }

    @Test func theRecordNamesWhatLiesInMemory() throws {
        let record = try measure(Self.description(), Self.host())
        #expect(record.regions.map(\.role) == [.kernel, .ramdisk, .startInfo])
        #expect(record.regions[0].digest == SwiftCryptoHash.digest(.sha256, of: Self.kernelBytes))
        #expect(record.regions[1].segments == [Segment(address: 0x20_0000, byteCount: 4100)])
        #expect(record.commandLine == Self.commandLine)
        #expect(record.entry == 0x10_0000)
    }

    @Test(arguments: [0x10_0010, 0x10_0010 + 4999] as [UInt64])
    func oneChangedByteOfTheKernelIsRefused(address: UInt64) throws {
        let host = try Self.host { $0.memory.write([0x5B], at: address) }
        var changed = Self.kernelBytes
        changed[Int(address - 0x10_0010)] = 0x5B
        let error = MeasurementError.digestMismatch(
            .kernel, expected: SwiftCryptoHash.digest(.sha256, of: Self.kernelBytes),
            actual: SwiftCryptoHash.digest(.sha256, of: changed))
        #expect(throws: error) { _ = try self.measure(Self.description(), host) }
    }

    @Test func aChangedRamdiskIsRefused() throws {
        let host = try Self.host { $0.memory.write([0], at: 0x20_0000 + 4099) }
        #expect { _ = try self.measure(Self.description(), host) } throws: { error in
            if case MeasurementError.digestMismatch(.ramdisk, _, _) = error { true } else { false }
        }
    }

    @Test func anotherCommandLineIsRefused() throws {
        let host = try Self.host { $0.memory.write([UInt8]("console=hvc1".utf8), at: 0x1_0200) }
        #expect(throws: MeasurementError.commandLineMismatch) { _ = try self.measure(Self.description(), host) }
    }

    /// The LCM's command line as a prefix of a longer one in memory is another command line.
    @Test func aLongerCommandLineIsRefused() throws {
        let host = try Self.host { $0.memory.write([UInt8]("console=hvc0 init=/x".utf8), at: 0x1_0200) }
        #expect(throws: MeasurementError.commandLineMismatch) { _ = try self.measure(Self.description(), host) }
    }

    @Test func aRamdiskThatTheLCMDoesNotNameIsRefused() throws {
        #expect(throws: MeasurementError.moduleCount(expected: 0, actual: 1)) {
            _ = try self.measure(Self.description(ramdisk: false), Self.host())
        }
    }

    @Test func aRamdiskOfAnotherSizeIsRefused() throws {
        let host = try Self.host { $0.memory.write([0x05, 0x10], at: 0x1_0108) }
        #expect(throws: MeasurementError.moduleSize(.ramdisk, expected: 4100, actual: 0x1005)) {
            _ = try self.measure(Self.description(), host)
        }
    }

    @Test func noStartInfoIsRefused() throws {
        let host = try Self.host { $0.memory.write([0], at: 0x1_0000) }
        #expect(throws: MeasurementError.badStartInfo) { _ = try self.measure(Self.description(), host) }
    }

    @Test func aPageThatIsNotThereIsAFailedMap() throws {
        let host = try Self.host { $0.memory.remove(frame: 0x101) }
        let domid = try #require(DomainID(rawValue: 2))
        #expect(throws: MeasurementError.hypercall(HypercallError(.foreignMap, domid, code: 22))) {
            _ = try self.measure(Self.description(), host)
        }
    }

    /// I2: what may be written from the handoff on is in no record, so nothing of one may lie there.
    @Test(arguments: [BuiltDomain.kernelAddress + 0x2000, BuiltDomain.ramdiskAddress, BuiltDomain.startInfo])
    func aRegionInARingsPageIsRefused(_ address: UInt64) throws {
        for parameter in [HVMParameter.consoleFrame, .xenstoreFrame] {
            var built = try BuiltDomain()
            built.coverage = .images
            built.description.settings = [.enhanced]
            #expect(throws: Never.self) { try built.measure() }
            built.domain.parameters[parameter] = address / 4096
            let role: RegionRole =
                address == BuiltDomain.startInfo
                ? .commandLine : address == BuiltDomain.ramdiskAddress ? .ramdisk : .kernel
            #expect(throws: MeasurementError.overlap(role, .ring)) { try built.measure() }
        }
        // The ring of a domain that nobody connects is no ring.
        var built = try BuiltDomain()
        built.coverage = .images
        built.domain.parameters[.xenstoreFrame] = address / 4096
        #expect(throws: Never.self) { try built.measure() }
    }
}

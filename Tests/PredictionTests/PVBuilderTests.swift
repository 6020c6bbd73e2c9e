// SPDX-License-Identifier: Apache-2.0

import Foundation
import LaunchControl
import LogReading
import Platform
import Sequencer
import SimulatedPlatform
import Testing

@testable import Measurement
@testable import Prediction

/// A PV domain as the model builds it, against a real one, and measured.
@Suite struct PVBuilderTests {
    private static let kernel = KernelImage(
        parts: [
            KernelImage.Part(
                place: Segment(address: 0x10_0000, byteCount: 0x4500), content: [UInt8](repeating: 7, count: 3000)[...])
        ],
        range: 0x10_0000..<0x10_4500, entry: nil, pv: KernelImage.PV(base: 0, entry: 0x10_008C))
    /// As Linux is: everything in the upper half, the list of frames and the ramdisk outside of its mapping.
    private static let linux = KernelImage(
        parts: kernel.parts, range: kernel.range, entry: 0x10_0000,
        pv: KernelImage.PV(base: 0xFFFF_FFFF_8000_0000, entry: 0xFFFF_FFFF_8010_0000, frameList: 0x80_0000_0000),
        loadsModulesLast: true)

    private func domain(_ kibibytes: UInt64 = 8192, ramdisk: UInt64? = nil) throws -> DomainDescription {
        DomainDescription(
            domid: try #require(DomainID(rawValue: 1)), name: Array("pv".utf8), mode: .pv, memory: kibibytes,
            kernel: ImageReference(moduleIndex: 1, segments: [Segment(address: 0x10_0000, byteCount: 0x4500)]),
            ramdisk: ramdisk.map { ImageReference(moduleIndex: 2, byteCount: $0) }, commandLine: Array("first".utf8))
    }

    private func generator(_ name: String) -> SeededGenerator {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("\(name): seed \(seed)")
        return SeededGenerator(seed: seed)
    }

    private func launch(
        _ domain: DomainDescription, _ built: SimulatedDomain, coverage: Coverage = .all
    ) throws -> (log: [UInt8]?, failure: LaunchFailure?) {
        var prediction = try TestPrediction()
        prediction.lcm = LCM(domains: [domain], settings: LaunchSettings(coverage: coverage, handoff: .park))
        do throws(LaunchFailure) {
            let predicted = try PredictedLaunch(
                prediction.received, prediction.launch.identity, domains: [built],
                on: PredictedLaunch.Host(banks: [.sha256], cpus: 2))
            return (predicted.log, nil)
        } catch {
            return (nil, error)
        }
    }

    /// A real one's canonical forms are the model's: `Tests/Fixtures/README.md` has the file's form.
    @Test func theTinyGuestIsBuiltAsTheRealOneWas() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/pv-tiny.bin")
        let bytes = [UInt8](try Data(contentsOf: file))
        func word(_ index: Int) -> UInt64 {
            bytes[(8 * index)..<(8 * index + 8)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        let count = Int(word(0))
        let frames = try PVFrames(list: (0..<count).map { word(3 + $0) }, owned: UInt64(count), hostFrames: 0x4_0000)
        let startInfoPlace = 24 + 8 * count
        let contextPlace = startInfoPlace + 4096
        let tablesPlace = contextPlace + PVContext.byteCount
        let realStartInfo = try PVStartInfo(
            parsing: Array(bytes[startInfoPlace..<contextPlace]), frames: frames, sharedInfoFrame: word(1))
        let realContext = try PVContext(parsing: Array(bytes[contextPlace..<tablesPlace]), frames: frames)
        let realTables = try PVPageTables(root: word(2), frames: frames) { frame in
            (0..<512).map { word((tablesPlace + 4096 * Int(frame - word(2))) / 8 + $0) }
        }
        var host = SimulatedHypervisor()
        var memory = MachineFrames()
        host.add(try PVBuilder(try domain(), kernel: Self.kernel).build(ramdisk: nil, from: &memory, cpus: 1))
        let model = try PVDomain.read(try #require(DomainID(rawValue: 1)), pageCount: 2048, on: &host)
        #expect(model.tables == realTables)
        #expect(model.context.canonicalBytes == realContext.canonicalBytes)
        #expect(model.startInfo.canonicalBytes == realStartInfo.canonicalBytes)
        #expect(model.listPlace == Segment(address: 0x10_5000, byteCount: 2048 * 8))
    }

    /// I4: which machine frames a domain got is in no record, and every part of it is.
    @Test(arguments: [false, true]) func machineFramesAreInNoRecord(_ isLinux: Bool) throws {
        let (kernel, ramdisk) = (isLinux ? Self.linux : Self.kernel, [UInt8](repeating: 3, count: 5000))
        let description = try domain(16384, ramdisk: 5000)
        var memory = MachineFrames()
        var logs: [[UInt8]] = []
        for _ in 0..<2 {
            let built = try PVBuilder(description, kernel: kernel).build(ramdisk: ramdisk, from: &memory, cpus: 1)
            let (log, failure) = try launch(description, built)
            #expect(failure == nil)
            logs.append(try #require(log))
        }
        #expect(logs[0] == logs[1])
        let records = try EventLogReader(parsing: logs[0]).records
        let record = try #require(
            records.compactMap { record -> LaunchEvent.DomainRecord? in
                if case .event(.domain(let domain), _) = record.content { return domain }
                return nil
            }.first)
        #expect(record.regions.map(\.role) == [.kernel, .ramdisk, .startInfo, .frameList, .pageTables])
        #expect(record.pageCount == 4096)
        #expect(record.regions[1].digest == SwiftCryptoHash.digest(.sha256, of: ramdisk))
    }

    /// One bit, anywhere: in each page that has anything in it, and in some that have nothing.
    @Test(arguments: [false, true]) func anyChangedBitIsToldOrRefused(_ isLinux: Bool) throws {
        var random = generator("changed bits")
        let kernel = isLinux ? Self.linux : Self.kernel
        let description = try domain(16384, ramdisk: 5000)
        var memory = MachineFrames()
        let built = try PVBuilder(description, kernel: kernel)
            .build(ramdisk: [UInt8](repeating: 3, count: 5000), from: &memory, cpus: 1)
        let golden = try #require(try launch(description, built).log)
        let used = (0..<UInt64(4096)).filter { built.memory.firstNonZero(at: $0 << 12, byteCount: 4096) != nil }
        let unused = (0..<20).map { _ in UInt64.random(in: 0..<4096, using: &random) }
        for frame in (used.flatMap { [$0, $0, $0] } + unused) {
            let address = frame << 12 + UInt64.random(in: 0..<4096, using: &random)
            let old = try #require(built.memory.bytes(at: address, count: 1))
            let root = built.pv?.machineFrames.firstIndex(of: try #require(PVContext.root(of: built.pv?.context ?? [])))
            // Xen's own slots of the root, which no domain's builder can write.
            if UInt64(root ?? 0) == frame, (2048..<2176).contains(address & 4095) { continue }
            var changed = built
            changed.memory.write([old[0] ^ 1 << UInt8.random(in: 0..<8, using: &random)], at: address)
            let (log, failure) = try launch(description, changed)
            #expect(failure != nil || log != golden, "a bit of the byte at \(String(address, radix: 16))")
        }
    }

    /// Nothing but what Xen chooses by the processor goes without a record.
    @Test func anyChangedByteOfTheVCPUIsToldOrRefused() throws {
        let description = try domain()
        var memory = MachineFrames()
        let built = try PVBuilder(description, kernel: Self.kernel).build(ramdisk: nil, from: &memory, cpus: 1)
        let golden = try #require(try launch(description, built, coverage: .images).log)
        for offset in stride(from: 0, to: PVContext.byteCount, by: 4) where offset / 8 != 5016 / 8 {
            var changed = built
            changed.pv?.context[offset] ^= 1
            let (log, failure) = try launch(description, changed, coverage: .images)
            #expect(failure != nil || log != golden, "byte \(offset)")
        }
    }

    @Test func aSharedInfoPageInUseIsRefused() throws {
        let description = try domain()
        var memory = MachineFrames()
        let built = try PVBuilder(description, kernel: Self.kernel).build(ramdisk: nil, from: &memory, cpus: 1)
        for offset in [0, 8, 16, 64, 2040 - 32, 2048, 2559, 2560, 3071, 3088, 4095] {
            var changed = built
            changed.pv?.sharedInfo[offset] ^= 1
            #expect(
                try launch(description, changed).failure?.cause
                    == .measurement(.pv(.staleSharedInfo(offset: offset / 8 * 8))), "byte \(offset)")
        }
        // The time of a vcpu, and the wall clock.
        for offset in [32, 63, 3072, 3087] {
            var changed = built
            changed.pv?.sharedInfo[offset] ^= 1
            #expect(try launch(description, changed).failure == nil, "byte \(offset)")
        }
    }

    /// Two entries of the list of machine frames change places: every address means another page.
    @Test func aReorderedListIsRefused() throws {
        let description = try domain()
        var memory = MachineFrames()
        let built = try PVBuilder(description, kernel: Self.kernel).build(ramdisk: nil, from: &memory, cpus: 1)
        let frames = try #require(built.pv).machineFrames
        for pair in [(0x100, 0x101), (3, 0x700), (0x109, 0x10A), (0x10C, 0x10D)] {
            var changed = built
            for (from, to) in [pair, (pair.1, pair.0)] {
                var bytes: [UInt8] = []
                bytes.append(littleEndian: frames[from], byteCount: 8)
                changed.memory.write(bytes, at: 0x10_5000 + UInt64(8 * to))
            }
            #expect(try launch(description, changed).failure != nil, "\(pair)")
        }
    }

    @Test func aRamdisksSizeIsTheLCMs() throws {
        for kernel in [Self.kernel, Self.linux] {
            var memory = MachineFrames()
            let built = try PVBuilder(try domain(16384, ramdisk: 5000), kernel: kernel)
                .build(ramdisk: [UInt8](repeating: 3, count: 5000), from: &memory, cpus: 1)
            let isLinux = kernel.loadsModulesLast
            #expect(
                try launch(try domain(16384, ramdisk: 9000), built).failure?.cause
                    == .measurement(.moduleSize(.ramdisk, expected: 9000, actual: isLinux ? 8192 : 5000)))
            // What does not fill the last page lies there, and no digest has it.
            guard isLinux else { continue }
            #expect(
                try launch(try domain(16384, ramdisk: 4999), built, coverage: .images).failure?.cause
                    == .measurement(.strayByte(0x40_0000 + 4999)))
        }
    }

    @Test func whatDoesNotFitIsNotBuilt() throws {
        let small = PVBuilder(try domain(4096), kernel: Self.kernel)
        #expect(throws: BuildRefusal.tooLittlePVMemory(neededPages: 1024)) { try small.check(ramdiskSize: nil) }
        let pvh = KernelImage(parts: [], range: 0x10_0000..<0x10_1000, entry: 0x10_0000)
        #expect(throws: BuildRefusal.noPVKernel) {
            try PVBuilder(try domain(), kernel: pvh).check(ramdiskSize: nil)
        }
    }

    @Test func aRegionInARingsPageIsRefused() throws {
        var description = try domain()
        var memory = MachineFrames()
        let built = try PVBuilder(description, kernel: Self.kernel).build(ramdisk: nil, from: &memory, cpus: 1)
        // Behind the start info: xenstore's ring, and the console's.
        for frame in [0x10A, 0x10B] as [UInt64] {
            description.kernel.segments = [Segment(address: frame << 12, byteCount: 8)]
            #expect(
                try launch(description, built, coverage: .images).failure?.cause
                    == .measurement(.overlap(.kernel, .ring)))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

@testable import Measurement
import SimulatedPlatform
import Testing

/// The list of machine frames, the start info and the vcpu of a PV domain.
@Suite struct PVStateTests {
    private func built(_ name: String) -> BuiltPVDomain {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("\(name): seed \(seed)")
        var random = SeededGenerator(seed: seed)
        return BuiltPVDomain(.tiny, using: &random)
    }

    private func error(_ body: () throws(PVMeasurementError) -> Void) -> PVMeasurementError? {
        do throws(PVMeasurementError) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    @Test func theListHasEachFrameOnceAndAsManyAsTheDomainOwns() throws {
        var domain = built("lists")
        #expect(try domain.frames().count == 2048)
        let good = domain.list
        domain.list[9] = good[3]
        #expect(error { () throws(PVMeasurementError) in _ = try domain.frames() } == .machineFrameTwice(frame: 9))
        domain.list[9] = BuiltPVDomain.hostFrames
        #expect(error { () throws(PVMeasurementError) in _ = try domain.frames() } == .unknownMachineFrame(frame: 9))
        domain.list = Array(good.dropLast())
        #expect(
            error { () throws(PVMeasurementError) in _ = try domain.frames() } == .frameCount(owned: 2048, listed: 2047)
        )
        #expect(
            error { () throws(PVMeasurementError) in
                _ = try PVFrames(list: good, owned: 2048, hostFrames: .max)
            } == .hostTooLarge)
    }

    @Test func theStartInfoSaysTheDomainsOwnFrames() throws {
        let read = try built("start info").readStartInfo()
        #expect(read.xenstoreFrame == 0x10A)
        #expect(read.consoleFrame == 0x10B)
        #expect(read.frameListAddress == 0x10_5000)
        #expect(read.flags == 0x10)
        #expect(read.canonicalBytes[40..<48].allSatisfy { $0 == 0 })
        #expect(read.canonicalBytes[56..<64].elementsEqual([0x0A, 1, 0, 0, 0, 0, 0, 0]))
    }

    @Test func anyChangedByteOfTheStartInfoIsFound() throws {
        let domain = built("start info's bytes")
        let golden = try domain.readStartInfo().canonicalBytes
        for offset in 0..<4096 {
            var other = domain
            other.startInfo[offset] ^= 1 << UInt8.random(in: 0..<8)
            var found: [UInt8]?
            do throws(PVMeasurementError) { found = try other.readStartInfo().canonicalBytes } catch {}
            #expect(found != golden, "byte \(offset)")
        }
    }

    @Test func theRingsAreTwoPagesOfTheDomain() throws {
        var domain = built("rings")
        domain.startInfo.put(domain.list[0x10A], at: 72)
        #expect(error { () throws(PVMeasurementError) in _ = try domain.readStartInfo() } == .startInfoPage(offset: 72))
        domain.startInfo.put(BuiltPVDomain.sharedInfoFrame, at: 72)
        #expect(error { () throws(PVMeasurementError) in _ = try domain.readStartInfo() } == .startInfoPage(offset: 72))
    }

    @Test func theVCPUsRegistersAreReadAndItsRootIsTheDomainsOwnFrame() throws {
        let read = try built("registers").readContext()
        #expect(read.rip == 0x10_008C)
        #expect(read.rsp == 0x11_2000)
        #expect(read.rsi == 0x10_9000)
        #expect(read.rootFrame == 0x10C)
    }

    @Test func anyChangedByteOfTheVCPUIsFound() throws {
        let domain = built("the vcpu's bytes")
        let golden = try domain.readContext().canonicalBytes
        for offset in 0..<PVContext.byteCount where !(5016..<5024).contains(offset) {
            var other = domain
            other.context[offset] ^= 1 << UInt8.random(in: 0..<8)
            var found: [UInt8]?
            do throws(PVMeasurementError) { found = try other.readContext().canonicalBytes } catch {}
            #expect(found != golden, "byte \(offset)")
        }
    }

    /// Of control register 4 a domain chooses four bits: TSD, DE, FSGSBASE, OSXSAVE.
    @Test func whatXenChoosesByTheProcessorLeavesNoTrace() throws {
        let domain = built("control register 4")
        let golden = try domain.readContext().canonicalBytes
        for bit in 0..<64 {
            var other = domain
            other.context[5016 + bit / 8] ^= 1 << UInt8(bit % 8)
            #expect((try other.readContext().canonicalBytes != golden) == [2, 3, 16, 18].contains(bit), "bit \(bit)")
        }
    }

    @Test(arguments: [720, 728, 816 + 16 * 200, 4816, 4832, 4960, 4992, 5112, 5120, 5128, 5136])
    func whatAFreshVCPUHasNotIsRefused(_ offset: Int) throws {
        var domain = built("stale vcpus")
        domain.context.put(0xFFFF_8000_0000_1000, at: offset)
        #expect(
            error { () throws(PVMeasurementError) in _ = try domain.readContext() } == .staleContext(offset: offset))
    }

    @Test func whatHasAnotherSizeIsRefused() throws {
        var domain = built("sizes")
        domain.context.removeLast()
        domain.startInfo.append(0)
        #expect(error { () throws(PVMeasurementError) in _ = try domain.readContext() } == .badContext)
        #expect(error { () throws(PVMeasurementError) in _ = try domain.readStartInfo() } == .badStartInfo)
    }
}

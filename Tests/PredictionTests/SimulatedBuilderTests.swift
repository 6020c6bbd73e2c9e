// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import Prediction

/// Where the builder puts what.
@Suite struct SimulatedBuilderTests {
    private func domain(
        kibibytes: UInt64 = 8192, commandLine: String = "quiet", vcpus: UInt32 = 1
    ) throws -> DomainDescription {
        DomainDescription(
            domid: try #require(DomainID(rawValue: 1)), name: [1], memory: kibibytes, vcpus: vcpus,
            kernel: ImageReference(moduleIndex: 1, segments: [Segment(address: 0x10_0000, byteCount: 5000)]),
            commandLine: Array(commandLine.utf8))
    }

    private func built(
        _ domain: DomainDescription, _ modules: [[UInt8]] = [], modulesLast: Bool = false, xen: XenReleases = .usual
    ) throws -> SimulatedDomain {
        let kernel = TestPrediction.kernel([UInt8](repeating: 5, count: 5000), modulesLast: modulesLast)
        var builder = SimulatedBuilder(domain, kernel: kernel, modules: modules, xen: xen)
        return try builder.build(cpus: 1)
    }

    private func word(_ domain: SimulatedDomain, _ address: UInt64, _ count: Int = 8) throws -> UInt64 {
        try #require(domain.memory.bytes(at: address, count: count)).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// xc_dom_build_image: kernel, modules, start info, each in whole pages.
    @Test func modulesLieBetweenKernelAndStartInfo() throws {
        let guest = try built(try domain(), [[7, 7], [8]])
        let startInfo = guest.state.startInfo
        #expect(startInfo == 0x10_4000)
        #expect(try word(guest, startInfo + 12, 4) == 2)
        let list = try word(guest, startInfo + 16)
        #expect(list == startInfo + 56 + 8)
        #expect(try [0, 8, 32, 40].map { try word(guest, list + $0) } == [0x10_2000, 2, 0x10_3000, 1])
        #expect(guest.memory.bytes(at: 0x10_2000, count: 3) == [7, 7, 0])
        #expect(guest.memory.bytes(at: 0x10_3000, count: 2) == [8, 0])
    }

    /// XEN_ELFNOTE_MOD_START_PFN, as Linux has it.
    @Test func modulesOfALinuxKernelLieBehindTheStartInfo() throws {
        let guest = try built(try domain(), [[7, 7], [8]], modulesLast: true)
        #expect(guest.state.startInfo == 0x10_2000)
        let list = try word(guest, guest.state.startInfo + 16)
        #expect(try [0, 8, 32, 40].map { try word(guest, list + $0) } == [0x10_3000, 2, 0x10_4000, 1])
    }

    @Test(arguments: [("", 8), ("1234567", 8), ("12345678", 16), ("123456789", 16)])
    func commandLineTakesAMultipleOfEightBytes(_ text: String, _ size: UInt64) throws {
        let guest = try built(try domain(commandLine: text), [[1]])
        let startInfo = guest.state.startInfo
        #expect(try word(guest, startInfo + 24) == startInfo + 56)
        #expect(try word(guest, startInfo + 16) == startInfo + 56 + size)
        #expect(guest.memory.bytes(at: startInfo + 56, count: text.utf8.count + 1) == Array(text.utf8) + [0])
    }

    /// A long command line moves the memory map into the next page.
    @Test func startInfoMayTakeSeveralPages() throws {
        let text = String(repeating: "x", count: 2047)
        let guest = try built(try domain(commandLine: text), [[1]], modulesLast: true)
        let startInfo = guest.state.startInfo
        #expect(try word(guest, startInfo + 40) == startInfo + 56 + 2048 + 2112)
        let list = try word(guest, startInfo + 16)
        #expect(try word(guest, list) == startInfo + 0x2000)
    }

    @Test func memoryAboveTheHoleLiesAboveFourGiB() throws {
        let guest = try built(try domain(kibibytes: 6 << 20))
        #expect(guest.memory.frames == [0..<0xFC001, 0xFEFF8..<0xFF000, 0x10_0000..<0x18_4000])
        #expect(guest.info.totalPages == (6 << 20) / 4 + 9)
        let map = try word(guest, guest.state.startInfo + 40)
        #expect(try word(guest, guest.state.startInfo + 48, 4) == 4)
        let high = map + 3 * 24
        #expect(try [0, 8, 16].map { try word(guest, high + $0) } == [1 << 32, 0x8400_0000, 1])
    }

    /// 40 bytes for each vcpu's entry: 128 of them do not leave the one page.
    @Test func tablesOfManyVCPUsFitTheirPage() throws {
        let guest = try built(try domain(vcpus: 128))
        #expect(guest.info.totalPages == 2048 + 9)
        #expect(guest.info.vcpus == 128)
        #expect(guest.onlineVCPUs == [0])
    }

    /// libxenguest's habit: XENCONSOLE_DISCONNECTED in the console's ring, whatever Xen runs.
    @Test func theConsolesMarkIsTheLibrarys() throws {
        let connection: UInt64 = 0xFEFF_FC10
        for libraries in XenRelease.allCases {
            for running in XenRelease.allCases {
                let guest = try built(try domain(), xen: XenReleases(running: running, libraries: libraries))
                #expect(try word(guest, connection, 1) == (libraries >= .xen421 ? 1 : 0))
                // Nothing else in the page.
                let page = try #require(guest.memory.bytes(at: 0xFEFF_F000, count: 4096))
                #expect(page.filter { $0 != 0 }.count == (libraries >= .xen421 ? 1 : 0))
            }
        }
    }

    /// The hypervisor's: hvm_save_cpu_ctxt, `struct hvm_hw_cpu`. Offsets and values by hand.
    @Test func theRegistersAreTheHypervisors() throws {
        let old = try built(try domain()).state.registers
        #expect(old.prefix(512).allSatisfy { $0 == 0 })
        var fpu = old
        fpu[0] = 0x40
        fpu[4] = 0xFF
        fpu[24] = 0x80
        fpu[25] = 0x1F
        fpu[1024] = 1
        for libraries in XenRelease.allCases {
            for running in XenRelease.allCases {
                let guest = try built(try domain(), xen: XenReleases(running: running, libraries: libraries))
                #expect(guest.state.registers == (running >= .xen422 ? fpu : old))
            }
        }
    }

    @Test func kernelThatLibxenguestRefusesIsRefused() throws {
        func refusal(_ kernel: KernelImage, _ modules: [[UInt8]] = [], kibibytes: UInt64 = 8192) throws -> BuildRefusal?
        {
            var builder = SimulatedBuilder(try domain(kibibytes: kibibytes), kernel: kernel, modules: modules)
            do throws(BuildRefusal) {
                _ = try builder.build(cpus: 1)
                return nil
            } catch {
                return error
            }
        }
        func kernel(_ range: Range<UInt64>, entry: UInt32, wantsSymbols: Bool = false) -> KernelImage {
            KernelImage(parts: [], range: range, entry: entry, wantsSymbols: wantsSymbols)
        }
        let good = kernel(0x10_0000..<0x10_1000, entry: 0x10_0000)
        #expect(try refusal(good) == nil)
        #expect(try refusal(kernel(0x10_0010..<0x10_1000, entry: 0x10_0010)) == .unalignedKernel(0x10_0010))
        #expect(try refusal(kernel(0x10_0000..<0x10_1000, entry: 0x10_1001)) == .entryOutside(0x10_1001))
        #expect(try refusal(kernel(0x10_0000..<0x10_1000, entry: 0xF_FFFF)) == .entryOutside(0xF_FFFF))
        #expect(try refusal(kernel(0x10_0000..<0x10_1000, entry: 0x10_0000, wantsSymbols: true)) == .symbols)
        #expect(try refusal(good, [[]]) == .emptyModule)
        // 256 pages, then kernel and start info.
        #expect(try refusal(good, kibibytes: 1032) == nil)
        #expect(try refusal(good, kibibytes: 1028) == .tooLittleMemory(neededPages: 258))
    }

    /// X86_HVM_END_SPECIAL_REGION less what SPECIALPAGE_XENSTORE and SPECIALPAGE_CONSOLE say; libxl's slack of 1 MiB.
    @Test func ringsAndLimitsAreWhereLibxenguestHasThem() throws {
        var enhanced = try domain()
        #expect(try built(enhanced).parameters[.xenstoreFrame] ?? 0 == 0)
        enhanced.settings.append(.enhanced)
        let guest = try built(enhanced)
        #expect(guest.parameters[.xenstoreFrame] == 0xFEFFC && guest.parameters[.consoleFrame] == 0xFEFFF)
        #expect(guest.info.maxPages == 2048 + 256)
    }
}

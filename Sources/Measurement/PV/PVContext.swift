// SPDX-License-Identifier: Apache-2.0

/// What `xc_vcpu_getcontext` gives of a 64-bit PV domain's vcpu that has not run yet: `struct vcpu_guest_context`
/// (xen/public/arch-x86/xen.h and xen-x86_64.h). What is looked at, the rest is hashed as it is:
///
/// | offset | size | field | has to be |
/// |---|---|---|---|
/// | 624 | 8 | rsi | the start info's virtual address |
/// | 648 | 8 | rip | the entry |
/// | 672 | 8 | rsp | the end of the stack page |
/// | 720 | 4096 | trap table, 16 bytes an entry | vector, flags and address zero, the selector 3: Xen's form of none |
/// | 4816 | 152 | LDT and GDT | none |
/// | 4984 | 64 | control registers; 3 has the machine frame of the page tables' root | 1, the user's root: none |
/// | 5112 | 24 | event, failsafe and syscall callback | none |
/// | 5136 | 8 | vm_assist | zero |
struct PVContext: Equatable, Sendable {
    /// `sizeof(vcpu_guest_context_x86_64_t)`.
    static let byteCount = 5168
    /// fixup_guest_code_selector(0), in the selector's place.
    private static let noTrap: UInt64 = 3 << 16
    private static let traps = 720, tables = 4816, kernelStack = 4968, userRoot = 4992, root = 5008, callbacks = 5112
    private static let segmentBases = 5144
    private static let controlRegister4 = 5016
    /// X86_CR4_TSD, _DE, _FSGSBASE and _OSXSAVE, which are a domain's to choose. The others are Xen's, by the processor
    /// (pv_fixup_guest_cr4).
    private static let chosenControl: UInt64 = 1 << 2 | 1 << 3 | 1 << 16 | 1 << 18
    /// Of rsi.
    static let startInfoOffset = 624

    /// The entry.
    let rip: UInt64
    /// Where the stack ends.
    let rsp: UInt64
    /// Virtual address of the start info.
    let rsi: UInt64
    /// The domain's own frame of the page tables' root.
    let rootFrame: UInt64
    /// What is hashed: the structure with the domain's own frame in place of the root's machine frame, and of control register 4
    /// what a domain can choose.
    let canonicalBytes: [UInt8]

    /// The machine frame of the page tables' root; `nil` for what is no context.
    static func root(of bytes: [UInt8]) -> UInt64? {
        guard bytes.count == byteCount else { return nil }
        return bytes.word(at: root).map { $0 >> 12 }
    }

    init(parsing bytes: [UInt8], frames: PVFrames) throws(PVMeasurementError) {
        guard bytes.count == Self.byteCount, let rip = bytes.word(at: 648), let rsp = bytes.word(at: 672),
            let rsi = bytes.word(at: Self.startInfoOffset), let root = bytes.word(at: Self.root)
        else { throw .badContext }
        for offset in stride(from: Self.traps, to: Self.tables, by: 16) {
            guard bytes.word(at: offset) == Self.noTrap else { throw .staleContext(offset: offset) }
            guard bytes.word(at: offset + 8) == 0 else { throw .staleContext(offset: offset + 8) }
        }
        for range in [
            Self.tables..<Self.kernelStack, Self.userRoot..<(Self.userRoot + 8), Self.callbacks..<Self.segmentBases,
        ] {
            if let stale = bytes.firstWordNotZero(from: range.lowerBound, to: range.upperBound) {
                throw .staleContext(offset: stale)
            }
        }
        guard root & 0xFFF == 0, let rootFrame = frames.frame(ofMachineFrame: root >> 12, expected: 0) else {
            throw .foreignRoot
        }
        self.rip = rip
        self.rsp = rsp
        self.rsi = rsi
        self.rootFrame = rootFrame
        var canonical = bytes
        canonical.replaceWord(at: Self.root, with: rootFrame << 12)
        canonical.replaceWord(
            at: Self.controlRegister4, with: (bytes.word(at: Self.controlRegister4) ?? 0) & Self.chosenControl)
        canonicalBytes = canonical
    }
}

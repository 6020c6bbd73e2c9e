// SPDX-License-Identifier: Apache-2.0

/// The page of a 64-bit PV domain's `struct start_info` (xen/public/xen.h), copied once. Little-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 32 | magic "xen-3.0-x86_64" |
/// | 32 | 8 | pages |
/// | 40 | 8 | machine address of the shared info page |
/// | 48 | 4 | flags, SIF_... |
/// | 56 | 8 | machine frame of the ring to xenstore |
/// | 64 | 4 | its event channel |
/// | 72 | 8 | machine frame of the console's ring |
/// | 80 | 4 | its event channel |
/// | 88 | 8 | virtual address of the page tables |
/// | 96 | 8 | how many they are |
/// | 104 | 8 | virtual address of the list of machine frames |
/// | 112 | 8 | virtual address, or frame, of the ramdisk |
/// | 120 | 8 | its size |
/// | 128 | 1024 | command line |
/// | 1152 | 8 | first frame of the list of machine frames, where it lies outside of the first mapping |
/// | 1160 | 8 | how many frames that list has there |
struct PVStartInfo: Equatable, Sendable {
    /// The page that it has for itself.
    static let byteCount = 4096
    /// XEN_ELFNOTE_XEN_VERSION's word for a 64-bit domain, filled up with zeros.
    private static let magic: [UInt8] = Array("xen-3.0-x86_64".utf8) + [UInt8](repeating: 0, count: 18)
    private static let pagesOffset = 32, sharedInfoOffset = 40, xenstoreOffset = 56, consoleOffset = 72
    private static let listOffset = 104
    /// The command line's, which ends in a zero byte.
    private static let text = 128..<1152
    /// SIF_MOD_START_PFN.
    private static let moduleByFrame: UInt64 = 8

    /// SIF_PRIVILEGED and SIF_INITDOMAIN among them.
    let flags: UInt64
    /// The domain's own frame of the ring to xenstore.
    let xenstoreFrame: UInt64
    /// The domain's own frame of the console's ring.
    let consoleFrame: UInt64
    /// Virtual address of the list of machine frames.
    let frameListAddress: UInt64
    /// The domain's own port of the ring to xenstore; 0 for none.
    let xenstorePort: UInt64
    /// Of the console's ring.
    let consolePort: UInt64
    /// The ramdisk's virtual address, or its first frame.
    let module: UInt64
    /// In bytes; whole pages where the ramdisk is named by its frame.
    let moduleByteCount: UInt64
    /// The command line, and whatever follows it in its room.
    let commandLine: [UInt8]
    /// What is hashed: the page with the domain's own frames in place of machine frames, and zero in place of the shared info
    /// page's address, which is not the domain's.
    let canonicalBytes: [UInt8]

    /// `sharedInfoFrame`: the machine frame that Xen says, `xc_domain_getinfo_single`.
    init(parsing page: [UInt8], frames: PVFrames, sharedInfoFrame: UInt64) throws(PVMeasurementError) {
        guard page.count == Self.byteCount, page.starts(with: Self.magic),
            page.word(at: Self.pagesOffset) == frames.count,
            let flags = page.word(at: 48), let frameListAddress = Self.listAddress(of: page),
            let module = page.word(at: 112), let moduleByteCount = page.word(at: 120),
            let xenstorePort = page.word(at: 64), let consolePort = page.word(at: 80)
        else { throw .badStartInfo }
        let (sharedInfoPage, offset) = Self.split(page.word(at: Self.sharedInfoOffset) ?? 0)
        guard sharedInfoPage == sharedInfoFrame, offset == 0 else {
            throw .startInfoPage(offset: Self.sharedInfoOffset)
        }
        xenstoreFrame = try Self.frame(page, Self.xenstoreOffset, frames)
        consoleFrame = try Self.frame(page, Self.consoleOffset, frames)
        guard xenstoreFrame != consoleFrame else { throw .startInfoPage(offset: Self.consoleOffset) }
        self.flags = flags & 0xFFFF_FFFF
        self.xenstorePort = xenstorePort & 0xFFFF_FFFF
        self.consolePort = consolePort & 0xFFFF_FFFF
        self.module = module
        self.moduleByteCount = moduleByteCount
        commandLine = [UInt8](page[Self.text])
        self.frameListAddress = frameListAddress
        var canonical = page
        canonical.replaceWord(at: Self.sharedInfoOffset, with: 0)
        canonical.replaceWord(at: Self.xenstoreOffset, with: xenstoreFrame)
        canonical.replaceWord(at: Self.consoleOffset, with: consoleFrame)
        canonicalBytes = canonical
    }

    /// The ramdisk's place is a frame's number.
    var namesModuleByFrame: Bool { flags & Self.moduleByFrame != 0 }

    /// Where the list of machine frames is said to lie, before it is known.
    static func listAddress(of page: [UInt8]) -> UInt64? { page.word(at: listOffset) }

    private static func split(_ address: UInt64) -> (frame: UInt64, offset: UInt64) { (address >> 12, address & 0xFFF) }

    private static func frame(_ page: [UInt8], _ offset: Int, _ frames: PVFrames) throws(PVMeasurementError) -> UInt64 {
        guard let machineFrame = page.word(at: offset),
            let frame = frames.frame(ofMachineFrame: machineFrame, expected: 0)
        else { throw .startInfoPage(offset: offset) }
        return frame
    }
}

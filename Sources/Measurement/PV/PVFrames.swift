// SPDX-License-Identifier: Apache-2.0

/// A PV domain's frames: which machine frame each of them is, by the list that its builder left in it.
///
/// Which machine frames a domain gets is the allocator's choice, so no digest may hang on one (I4). The list is proven
/// instead: as many frames as Xen says that the domain owns, and no machine frame twice. Where each of them is a page of the
/// domain's besides (Xen maps no other one for it), the list has all of the domain's pages, and its canonical form is the
/// number of them.
struct PVFrames: Sendable {
    /// 64 TiB of RAM.
    private static let machineFrameLimit: UInt64 = 1 << 34

    /// Of each frame, from 0 on.
    let machineFrames: [UInt64]

    /// `list`: the machine frame of each frame, from 0 on. `owned`: `tot_pages` of `xc_domain_getinfo_single`.
    /// `hostFrames`: one more than the highest of `xc_get_machine_memory_map`.
    init(list: [UInt64], owned: UInt64, hostFrames: UInt64) throws(PVMeasurementError) {
        guard UInt64(list.count) == owned else {
            throw .frameCount(owned: owned, listed: UInt64(list.count))
        }
        guard hostFrames <= Self.machineFrameLimit else { throw .hostTooLarge }
        var seen = [UInt64](repeating: 0, count: Int(hostFrames / 64 + 1))
        for (frame, machineFrame) in list.enumerated() {
            guard machineFrame < hostFrames else { throw .unknownMachineFrame(frame: UInt64(frame)) }
            let word = Int(machineFrame / 64)
            let bit = UInt64(1) << (machineFrame % 64)
            guard seen[word] & bit == 0 else { throw .machineFrameTwice(frame: UInt64(frame)) }
            seen[word] |= bit
        }
        machineFrames = list
    }

    /// All that is left of the list where machine frames do not count.
    var count: UInt64 { UInt64(machineFrames.count) }

    /// `nil` where the domain has no such frame.
    func machineFrame(of frame: UInt64) -> UInt64? {
        frame < count ? machineFrames[Int(frame)] : nil
    }

    /// The frame that a machine frame is to the domain; `nil` where it is not the domain's. `expected` is looked at first:
    /// builders hand out frames upwards.
    func frame(ofMachineFrame machineFrame: UInt64, expected: UInt64) -> UInt64? {
        if self.machineFrame(of: expected) == machineFrame { return expected }
        return machineFrames.firstIndex(of: machineFrame).map { UInt64($0) }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform

/// What a PV domain of the simulated Xen has besides memory, which is by its own frames from 0 on.
public struct SimulatedPV: Sendable {
    /// Which machine frame each of its frames is.
    public let machineFrames: [UInt64]
    /// Of vcpu 0: `struct vcpu_guest_context`.
    public var context: [UInt8]
    /// The page that Xen shares with it, and the machine frame of that.
    public var sharedInfo: [UInt8]
    public let sharedInfoFrame: UInt64
    private let frames: [UInt64: UInt64]

    public init(machineFrames: [UInt64], context: [UInt8], sharedInfo: [UInt8], sharedInfoFrame: UInt64) {
        self.machineFrames = machineFrames
        self.context = context
        self.sharedInfo = sharedInfo
        self.sharedInfoFrame = sharedInfoFrame
        frames = Dictionary(
            machineFrames.enumerated().map { ($1, UInt64($0)) }, uniquingKeysWith: { first, _ in first })
    }

    /// Where a range lies in the domain's memory: by its machine frames, or by a list of them that somebody found. `nil` where
    /// a page of it is not the domain's.
    func places(of range: Segment, by list: [UInt64]?) -> [Segment]? {
        if let list, list == machineFrames { return [range] }
        guard var windows = MappingWindows(address: range.address, byteCount: range.byteCount, pageLimit: 1) else {
            return nil
        }
        var places: [Segment] = []
        while let window = windows.next() {
            var machineFrame: UInt64? = window.firstPage
            if let list { machineFrame = window.firstPage < list.count ? list[Int(window.firstPage)] : nil }
            guard let machineFrame, let frame = frames[machineFrame] else { return nil }
            let address = frame * SimulatedMemory.pageSize + UInt64(window.skip)
            if let last = places.last, last.end == address {
                places[places.count - 1].byteCount += UInt64(window.byteCount)
            } else {
                places.append(Segment(address: address, byteCount: UInt64(window.byteCount)))
            }
        }
        return places
    }
}

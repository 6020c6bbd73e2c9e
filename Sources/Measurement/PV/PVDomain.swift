// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// A paused PV domain, read once: where everything lies by the domain's own frames, and that it is what a builder leaves.
struct PVDomain: Sendable {
    private static let pageSize: UInt64 = 4096

    let context: PVContext
    let startInfo: PVStartInfo
    let tables: PVPageTables
    /// The start info's page.
    let startInfoPlace: Segment
    /// The list of machine frames: 8 bytes for each page.
    let listPlace: Segment

    /// From here on `host` takes addresses of the domain for the domain's own, by the list that was found. `pageCount`: what
    /// the domain owns, by Xen's word.
    static func read<Host: Hypervisor & ImageSource & ~Copyable>(
        _ domid: DomainID, pageCount: UInt64, on host: inout Host
    ) throws(MeasurementError) -> PVDomain {
        let bytes = try asMeasurement(try host.pvContext(domid))
        guard let root = PVContext.root(of: bytes), let address = bytes.word(at: PVContext.startInfoOffset) else {
            throw .pv(.badContext)
        }
        let info = try asMeasurement(try host.domainInfo(domid))
        let sharedInfo = try PVMachineView.read(domid, info.sharedInfoFrame, on: &host)
        try asPV(try PVSharedInfo.check(sharedInfo))
        var view = PVMachineView(domid, root: root)
        let page = try view.page(at: address, on: &host)
        let list = try readList(PVStartInfo.listAddress(of: page), count: pageCount, &view, on: &host)
        let machineMemory = try asMeasurement(try host.machineMemory())
        let frames = try asPV(
            try PVFrames(
                list: list, owned: pageCount, hostFrames: machineMemory.reduce(0) { max($0, $1.upperBound) }))
        try asMeasurement(try host.translate(domid, by: list))
        return try PVDomain(domid, bytes, page, frames, sharedInfoFrame: info.sharedInfoFrame, on: &host)
    }

    private static func readList<Host: ImageSource & ~Copyable>(
        _ address: UInt64?, count: UInt64, _ view: inout PVMachineView, on host: inout Host
    ) throws(MeasurementError) -> [UInt64] {
        guard let address else { throw .pv(.badStartInfo) }
        var list: [UInt64] = []
        list.reserveCapacity(Int(clamping: count))
        while list.count < count {
            let page = try view.page(at: address &+ UInt64(list.count) * 8, on: &host)
            for offset in stride(from: 0, to: page.count, by: 8) where list.count < count {
                guard let frame = page.word(at: offset) else { throw .pv(.badStartInfo) }
                list.append(frame)
            }
        }
        return list
    }

    private init<Host: ImageSource & ~Copyable>(
        _ domid: DomainID, _ context: [UInt8], _ startInfo: [UInt8], _ frames: PVFrames, sharedInfoFrame: UInt64,
        on host: inout Host
    ) throws(MeasurementError) {
        self.context = try asPV(try PVContext(parsing: context, frames: frames))
        self.startInfo = try asPV(
            try PVStartInfo(parsing: startInfo, frames: frames, sharedInfoFrame: sharedInfoFrame))
        tables = try PVPageTables(root: self.context.rootFrame, frames: frames) {
            (frame: UInt64) throws(MeasurementError) in
            let page = try PVMachineView.read(domid, frame, on: &host)
            return stride(from: 0, to: page.count, by: 8).compactMap { page.word(at: $0) }
        }
        guard
            let startInfoPlace = tables.place(of: self.context.rsi, byteCount: Self.pageSize),
            let listPlace = tables.place(of: self.startInfo.frameListAddress, byteCount: frames.count * 8)
        else { throw .pv(.notLinear(address: self.startInfo.frameListAddress)) }
        self.startInfoPlace = startInfoPlace
        self.listPlace = listPlace
    }

    /// Where the start info says that the ramdisk lies; `nil` where there is none.
    func ramdisk() throws(MeasurementError) -> Segment? {
        guard startInfo.moduleByteCount > 0 else { return nil }
        let place: Segment?
        if startInfo.namesModuleByFrame {
            let (address, isBeyond) = startInfo.module.multipliedReportingOverflow(by: Self.pageSize)
            place = isBeyond ? nil : Segment(address: address, byteCount: startInfo.moduleByteCount)
        } else {
            place = tables.place(of: startInfo.module, byteCount: startInfo.moduleByteCount)
        }
        guard let place else { throw .pv(.unmapped(address: startInfo.module)) }
        return place
    }
}

/// What is wrong with a PV domain as a failed measurement.
func asPV<Result>(_ body: @autoclosure () throws(PVMeasurementError) -> Result) throws(MeasurementError) -> Result {
    do throws(PVMeasurementError) { return try body() } catch { throw .pv(error) }
}

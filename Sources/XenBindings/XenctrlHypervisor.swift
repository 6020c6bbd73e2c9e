// SPDX-License-Identifier: Apache-2.0

import CXenShim
import CryptoBindings
import Measurement
import Platform
import XenAgreement

/// Xen through libxenctrl, libxencall and libxenforeignmemory, and xenstore through libxenstore. Whatever is asked of them
/// goes through `call`: the handles are private to this file.
public struct XenctrlHypervisor<Log: Journal>: ~Copyable {
    /// Console, trace and clock.
    public var journal: Log
    private var handles = XenHandles()

    /// Nothing but `checkOpen` and `callerIsHardwareDomain` may be called before it is known that Xen can be had. The
    /// corresponding C functions are `xc_interface_open`, `xencall_open` and `xenforeignmemory_open`.
    public init(_ journal: Log) { self.journal = journal }

    /// Throws where there is no way to Xen.
    public borrowing func checkOpen() throws(SystemError) {
        guard handles.openCode == 0 else { throw SystemError(.openPrivcmd, code: handles.openCode) }
    }

    /// Not in the trace: nothing is asked.
    public borrowing func checkInterface(of version: [UInt8], for program: OtherXen.Program) throws(OtherXen) {
        try handles.agreement.check(version: version, for: program)
    }

    /// Makes a call and writes it into the trace.
    mutating func call<Value>(
        _ operation: Operation, _ domid: DomainID? = nil, detail: (Value) -> Line = { _ in Line() },
        _ body: (inout XenHandles) throws(HypercallError) -> Value
    ) throws(HypercallError) -> Value {
        let start = journal.now()
        do throws(HypercallError) {
            let value = try body(&handles)
            journal.record(operation, domid, 0, since: start, detail: detail(value))
            return value
        } catch {
            journal.record(operation, domid, -Int64(error.code), since: start)
            throw error
        }
    }

    /// A call of one C function that gives -1 and errno where it fails.
    mutating func issue(
        _ operation: Operation, _ domid: DomainID? = nil, _ body: (borrowing XenHandles) -> Int32
    ) throws(HypercallError) {
        try call(operation, domid) { (xen) throws(HypercallError) in try xen.check(operation, domid, body(xen)) }
    }

    /// Returns only if Xen refuses, and then by the error. Not in the trace: nothing can be written after it.
    public mutating func shutDownCaller(
        unpausing domids: [DomainID], _ proof: borrowing MeasurementProof
    ) throws(HandoffRefusal) {
        let targets = domids.map { $0.rawValue }
        var results = [Int32](repeating: 0, count: domids.count)
        // Safety: both arrays have the count given.
        let code = unsafe domb_shutdown_multicall(handles.call, targets, targets.count, &results)
        throw HandoffRefusal(
            HypercallError(.shutdown, code: code),
            unpaused: zip(domids, results).filter { $0.1 == 0 }.map { $0.0 })
    }

    /// Not in the trace: Xen is not asked.
    public mutating func translate(_ domid: DomainID, by machineFrames: [UInt64]) throws(HypercallError) {
        // Safety: the array has the count given, and is copied. No thread hashes before `beginHashing`.
        let result = unsafe domb_translate(handles.memory, domid.number, machineFrames, machineFrames.count)
        try handles.check(.foreignMap, domid, result)
    }

    /// Not in the trace: each digest that comes of it is.
    public mutating func beginHashing(_ regions: [ContentRegion]) {
        // Safety: the handle is open, and `endHashing` comes before its end.
        handles.hashWorkers = unsafe HashWorkers.start(
            regions, source: domb_foreign_pages(handles.memory), threads: HashWorkers.threads(for: regions))
    }

    public mutating func endHashing() { handles.hashWorkers = nil }
}

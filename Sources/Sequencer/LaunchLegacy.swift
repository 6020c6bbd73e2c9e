// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform

/// What the process that stands by as PID 1 has to know of the launch, should the next init not run: a failed handoff goes
/// into log and PCR like any other failure. It comes from the launch's own process, by a pipe.
public struct LaunchLegacy: Equatable, Sendable {
    /// Whether the log has a failure already: one is all that it has.
    public var isFailed: Bool
    /// How many tagged records the log has.
    public var recordCount: UInt32
    /// Domains that run.
    public var unpaused: [DomainID]
    /// The whole event log.
    public var log: [UInt8]

    public init(isFailed: Bool, recordCount: UInt32, unpaused: [DomainID], log: [UInt8]) {
        self.isFailed = isFailed
        self.recordCount = recordCount
        self.unpaused = unpaused
        self.log = log
    }

    /// A byte, then numbers of four bytes: records, domains, each domid; then the log.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = [isFailed ? 1 : 0]
        for number in [recordCount, UInt32(unpaused.count)] + unpaused.map({ UInt32($0.rawValue) }) {
            bytes.append(littleEndian: UInt64(number), byteCount: 4)
        }
        return bytes + log
    }

    /// `nil` for anything else than `bytes`.
    public init?(_ bytes: [UInt8]) {
        guard let first = bytes.first, first < 2 else { return nil }
        var rest = bytes.dropFirst()
        guard let records = Self.number(&rest), let count = Self.number(&rest) else { return nil }
        var unpaused: [DomainID] = []
        for _ in 0..<count {
            guard let number = Self.number(&rest),
                let domid = UInt16(exactly: number).flatMap({ DomainID(rawValue: $0) })
            else { return nil }
            unpaused.append(domid)
        }
        self.init(isFailed: first == 1, recordCount: records, unpaused: unpaused, log: [UInt8](rest))
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> UInt32? {
        guard rest.count >= 4 else { return nil }
        defer { rest = rest.dropFirst(4) }
        return rest.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// Of a launch that is about to hand over.
    public var legacy: LaunchLegacy {
        LaunchLegacy(
            isFailed: closure != nil, recordCount: recorder?.recordCount ?? 0, unpaused: unpaused,
            log: recorder?.log.bytes ?? [])
    }

    /// Goes on where the launch's process ended, for the failure of its handoff. What the PCR holds is read from the TPM;
    /// where that fails the failure is recorded as if nothing had been: no PCR explains itself by that log, and none is open.
    public mutating func resume(_ legacy: LaunchLegacy) {
        unpaused = legacy.unpaused
        if legacy.isFailed {
            closure = .open
            return
        }
        do throws(TPMError) {
            let banks = try activeBanks(arguments.pcr).compactMap(HashAlgorithm.init(rawValue:)).inOrder {
                $0.rawValue < $1.rawValue
            }
            let values = try read(arguments.pcr, banks: banks)
            recorder = Recorder(
                resuming: legacy.log, recordCount: legacy.recordCount, pcr: arguments.pcr, banks: banks, values: values)
        } catch {
            host.journal.note("the launch's log cannot be continued: \(error.message)")
        }
    }
}

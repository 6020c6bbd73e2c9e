// SPDX-License-Identifier: Apache-2.0

import Platform

/// A journal that remembers. Each time that its clock is asked takes one microsecond.
public struct RecordingJournal: Journal {
    public private(set) var notes: [Line] = []
    public private(set) var entries: [TraceEntry] = []
    public private(set) var eventLogs: [[UInt8]] = []
    public private(set) var measurements: [(domid: DomainID, name: [UInt8], digest: Digest)] = []
    public let clock: VirtualClock

    public init(clock: VirtualClock = VirtualClock()) { self.clock = clock }

    public mutating func now() -> UInt64 {
        clock.spend(1)
        return clock.now
    }

    public mutating func wait(microseconds: UInt64) { clock.spend(microseconds) }

    public mutating func note(_ line: Line) { notes.append(line) }

    public mutating func record(_ entry: TraceEntry) { entries.append(entry) }

    public mutating func measured(_ domid: DomainID, name: [UInt8], digest: Digest) {
        measurements.append((domid, name, digest))
    }

    public mutating func publish(eventLog: [UInt8], digest: Digest) { eventLogs.append(eventLog) }
}

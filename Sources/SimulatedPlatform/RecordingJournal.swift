// SPDX-License-Identifier: Apache-2.0

import Platform

/// A journal that remembers.
public struct RecordingJournal: Journal {
    public private(set) var notes: [Line] = []
    public private(set) var entries: [TraceEntry] = []
    public private(set) var eventLogs: [[UInt8]] = []
    public private(set) var measurements: [(domid: DomainID, name: [UInt8], digest: Digest)] = []
    public let clock: VirtualClock

    private let tick: UInt64
    private let time: (@Sendable () -> UInt64)?

    /// `tick`: microseconds that pass each time that the clock is asked. `time`: is asked in the clock's place, for whoever
    /// measures real time.
    public init(clock: VirtualClock = VirtualClock(), tick: UInt64 = 1, time: (@Sendable () -> UInt64)? = nil) {
        self.clock = clock
        self.tick = tick
        self.time = time
    }

    public mutating func now() -> UInt64 {
        if let time { return time() }
        clock.spend(tick)
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

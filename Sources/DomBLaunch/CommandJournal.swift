// SPDX-License-Identifier: Apache-2.0

import LinuxBindings
import Platform

/// The journal of a command: what a console would show goes to standard error, trace and log to files where there are any.
struct CommandJournal: Journal {
    private var console: ConsoleJournal
    private let log: NewFile?
    private let trace: NewFile?

    /// Without a file for it the trace is not written.
    init(_ console: ConsoleJournal, log: NewFile?, trace: NewFile?) {
        self.console = console
        (self.log, self.trace) = (log, trace)
    }

    mutating func now() -> UInt64 { console.now() }

    mutating func wait(microseconds: UInt64) { console.wait(microseconds: microseconds) }

    mutating func note(_ line: Line) { console.note(line) }

    /// A file of such lines is what `domb replay --trace` reads.
    mutating func record(_ entry: TraceEntry) {
        if let trace { _ = trace.append("\(console.object(entry))\n") }
    }

    mutating func measured(_ domid: DomainID, name: [UInt8], digest: Digest) {
        console.measured(domid, name: name, digest: digest)
    }

    mutating func publish(eventLog: [UInt8], digest: Digest) {
        if let log {
            if log.replace(with: eventLog) { return }
            note("the log's file does not take it; here it is")
        }
        console.publish(eventLog: eventLog, digest: digest)
    }
}

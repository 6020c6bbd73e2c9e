// SPDX-License-Identifier: Apache-2.0

import CLinuxShim
import Platform

/// The journal on the console: lines for people, and beside them the trace and the event log for whoever records the
/// console. docs/console.md gives every line's form. No line is longer than 127 bytes, since Xen passes a domain's
/// output on in pieces of 128.
public struct ConsoleJournal: Journal {
    private static let standardError: Int32 = 2
    private static let lineLimit = 127

    private let prefix: StaticString
    private let start: UInt64
    /// The number of the trace's next entry.
    public var sequence: UInt64 = 0

    /// Takes the console for standard input, output and error. Where there is none nothing that is said is heard, and
    /// `failure` gets the reason.
    public init(prefix: StaticString, _ failure: inout SystemError?) {
        do throws(Errno) {
            try Self.openConsole()
        } catch {
            Self.reserve()
            failure = failure ?? SystemError(.openConsole, code: error.code)
        }
        self.prefix = prefix
        start = Clock.microseconds()
    }

    /// For a program that is not PID 1: standard error is what it was given.
    public init(standardError prefix: StaticString) {
        self.prefix = prefix
        start = Clock.microseconds()
    }

    public mutating func now() -> UInt64 { Clock.microseconds() - start }

    public mutating func wait(microseconds: UInt64) { Clock.sleep(microseconds: microseconds) }

    public mutating func note(_ line: Line) {
        var rest = line.bytes[...]
        repeat {
            var output: Line = "\(prefix): "
            let room = Self.lineLimit - output.bytes.count
            output.append(Line(rest.prefix(room)))
            rest = rest.dropFirst(room)
            write(output)
        } while !rest.isEmpty
    }

    public mutating func record(_ entry: TraceEntry) { write("\(prefix)-trace: \(object(entry))") }

    /// The trace's entry as a JSON object, with the next number.
    public mutating func object(_ entry: TraceEntry) -> Line {
        let domid: Line = entry.domid.map { "\($0)" } ?? "null"
        var line: Line = """
            {"seq":\(sequence),"us":\(entry.start),"took":\(entry.end - entry.start),\
            "op":"\(entry.operation.name)","domid":\(domid),"result":\(entry.result)
            """
        sequence += 1
        let detail: Line = ",\"detail\":\"\(json: entry.detail.bytes)\""
        // One that does not fit would break the line.
        let head: Line = "\(prefix)-trace: "
        let count = head.bytes.count + line.bytes.count + detail.bytes.count
        if !entry.detail.bytes.isEmpty, count < Self.lineLimit { line.append(detail) }
        line.append("}")
        return line
    }

    public mutating func measured(_ domid: DomainID, name: [UInt8], digest: Digest) {
        write(
            """
            \(prefix)-measured: {"domid":\(domid),"name":"\(json: name)","digest":"\(hexBytes: digest.bytes)"}
            """)
    }

    public mutating func publish(eventLog: [UInt8], digest: Digest) {
        write("\(prefix)-log-begin: \(eventLog.count)")
        var rest = eventLog[...]
        while !rest.isEmpty {
            write("\(prefix)-log: \(base64: rest.prefix(57))")
            rest = rest.dropFirst(57)
        }
        write("\(prefix)-log-end: \(hexBytes: digest.bytes)")
    }

    /// Waits until the console has taken everything.
    public mutating func flush() { tcdrain(Self.standardError) }

    /// /dev/console as descriptors 0, 1 and 2.
    private static func openConsole() throws(Errno) {
        // Safety: the array lives through the call and ends in zero.
        let descriptor = try Errno.check(unsafe domb_open(CPath("/dev/console").characters, O_RDWR | O_NOCTTY))
        for target in 0...Self.standardError where target != descriptor { try Errno.check(dup2(descriptor, target)) }
        if descriptor > Self.standardError { close(descriptor) }
    }

    /// What is opened later must not become standard error, and be written to. A folder takes nothing, and "/" is always there.
    private static func reserve() {
        var descriptor: Int32 = -1
        repeat {
            // Safety: the array lives through the call and ends in zero.
            descriptor = unsafe domb_open(CPath("/").characters, O_RDONLY)
        } while descriptor >= 0 && descriptor < standardError
        if descriptor > standardError { close(descriptor) }
    }

    private func write(_ line: Line) {
        // A console that takes nothing must not stop a launch, so the result is not looked at.
        _ = writeAll(line.bytes + [UInt8(ascii: "\n")], to: Self.standardError)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// What a command answers with. Half an answer must not pass for a whole one: where it cannot be written the command fails.
enum StandardOutput {
    /// One line, or several with line breaks between them.
    static func print(_ text: String) throws(CommandFailure) { try write(Array("\(text)\n".utf8)) }

    static func print(_ json: JSON) throws(CommandFailure) {
        var stream = StandardOutputStream()
        try json.write { part throws(CommandFailure) in try stream.append(part) }
        try stream.print("")
        try stream.flush()
    }

    static func write(_ content: [UInt8]) throws(CommandFailure) {
        try HostFile.write(content[...], descriptor: 1, "standard output")
    }
}

/// An answer that is written while it is made: of a large log it would take many times the log's own memory.
struct StandardOutputStream {
    private static let bufferSize = 1 << 16
    private var buffer: [UInt8] = []

    mutating func append(_ text: String) throws(CommandFailure) {
        buffer += text.utf8
        if buffer.count >= Self.bufferSize { try flush() }
    }

    mutating func print(_ text: String) throws(CommandFailure) {
        try append(text)
        try append("\n")
    }

    /// To be called after the last part.
    mutating func flush() throws(CommandFailure) {
        try StandardOutput.write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}

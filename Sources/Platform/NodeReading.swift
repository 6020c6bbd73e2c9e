// SPDX-License-Identifier: Apache-2.0

/// What a launch that waits asks of xenstore.
public protocol NodeReading: ~Copyable {
    /// `nil` for a node that is not there. The corresponding C function is `xs_read`.
    mutating func readNode(_ path: [UInt8]) throws(HypercallError) -> [UInt8]?
    /// Asks to be told of changes of the node. One event comes at once. The corresponding C function is `xs_watch`.
    mutating func watchNode(_ path: [UInt8]) throws(HypercallError)
    /// Waits for any watched node to change, at most so many microseconds; `false` if none did. The corresponding C
    /// functions are `xs_fileno` and `xs_check_watch`.
    mutating func waitForStore(microseconds: UInt64) throws(HypercallError) -> Bool
}

// SPDX-License-Identifier: Apache-2.0

import Platform

/// What a simulated domain does once it runs, each at its time in microseconds from its first unpause.
public struct DomainBehaviour: Equatable, Sendable {
    public enum Act: Equatable, Sendable {
        case shutDown(ShutdownReason)
        /// Writes a node of xenstore, by its absolute path.
        case write(path: [UInt8], value: [UInt8])
        /// Somebody destroys it.
        case die
    }

    public var acts: [(after: UInt64, act: Act)] = []

    public init(_ acts: [(after: UInt64, act: Act)] = []) { self.acts = acts }

    public static func == (left: Self, right: Self) -> Bool {
        left.acts.count == right.acts.count && zip(left.acts, right.acts).allSatisfy { $0 == $1 }
    }
}

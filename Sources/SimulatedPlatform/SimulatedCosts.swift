// SPDX-License-Identifier: Apache-2.0

/// What operations take on a simulated host, in microseconds of its clock.
public struct SimulatedCosts: Equatable, Sendable {
    public var hypercall: UInt64
    public var tpmCommand: UInt64
    /// Bytes that are hashed, or compared with zero, in a microsecond.
    public var hashedBytes: UInt64
    public var scannedBytes: UInt64

    public static let none = SimulatedCosts(hypercall: 0, tpmCommand: 0, hashedBytes: .max, scannedBytes: .max)
    /// An ordinary machine: SHA-NI, and a discrete TPM that takes 10 ms for a command.
    public static let ordinary = SimulatedCosts(
        hypercall: 3, tpmCommand: 10_000, hashedBytes: 1_500, scannedBytes: 8_000)
}

// SPDX-License-Identifier: Apache-2.0

/// The simulated host's memory above 4 GiB, where PV domains get their pages. No two get the same, and a domain's go downwards,
/// so that nobody can take its own frames for the machine's.
public struct MachineFrames {
    private var next: UInt64 = 1 << 20

    public init() {}

    mutating func take(_ count: UInt64) -> [UInt64] {
        defer { next += count }
        return (next..<(next + count)).reversed()
    }
}

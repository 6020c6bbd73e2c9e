// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension LaunchControlContainer {
    /// The LCM as complete ACPI tables, in order, for GRUB's `acpi` command or QEMU's `-acpitable file=`.
    /// A Xen may hand on tables of a few signatures alone: DomB takes any.
    static func tables<Hash: ContentHash>(
        for lcm: [UInt8], hashing: Hash.Type, signature: String = "OEM1"
    ) throws(ContainerError) -> [[UInt8]] {
        guard lcm.count <= Limits.moduleBytes else { throw .tooLarge(byteCount: lcm.count) }
        // What QEMU's -acpitable carries in one table, its header excluded, less the part's header.
        let room = 65_499 - 48
        let count = max(1, (lcm.count + room - 1) / room)
        let digest = Hash.digest(.sha256, of: lcm)
        return (0..<count).map { index in
            let data = lcm[min(index * room, lcm.count)..<min((index + 1) * room, lcm.count)]
            var payload = magic
            payload.append(littleEndian: UInt64(index + 1), byteCount: 2)
            payload.append(littleEndian: UInt64(count), byteCount: 2)
            payload.append(littleEndian: UInt64(lcm.count), byteCount: 4)
            payload.append(littleEndian: 0, byteCount: 4)
            payload.append(contentsOf: digest.bytes)
            payload.append(contentsOf: data)
            return table(signature, payload)
        }
    }

    private static func table(_ signature: String, _ payload: [UInt8]) -> [UInt8] {
        var table = Array(signature.utf8)
        table.append(littleEndian: UInt64(36 + payload.count), byteCount: 4)
        table.append(contentsOf: [1, 0])
        table.append(contentsOf: Line("DOMB  ").bytes + oemTableID)
        table.append(littleEndian: 1, byteCount: 4)
        table.append(contentsOf: Line("DOMB").bytes)
        table.append(littleEndian: 1, byteCount: 4)
        table.append(contentsOf: payload)
        var sum: UInt8 = 0
        for byte in table { sum &+= byte }
        table[9] = 0 &- sum
        return table
    }
}

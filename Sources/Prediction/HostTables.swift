// SPDX-License-Identifier: Apache-2.0

import Platform

/// Of a host's own ACPI tables what the hypervisor's builder copies into every domain's: who made them.
public struct HostTables: Equatable, Sendable {
    /// The RSDP's OEM id, 6 bytes.
    let oemID: [UInt8]
    /// The headers of XSDT and MADT, 36 bytes each.
    let xsdt: [UInt8]
    let madt: [UInt8]

    /// RSDP, XSDT and MADT one after the other, in any order: what `acpidump -b` writes to rsdp.dat, xsdt.dat and apic.dat.
    /// `nil` where one of them is missing or damaged, or something else is there.
    public init?(_ bytes: [UInt8]) {
        var found: [String: [UInt8]] = [:]
        var rest = bytes[...]
        while !rest.isEmpty {
            let isRSDP = rest.starts(with: Line("RSD PTR ").bytes)
            guard rest.count >= 36 else { return nil }
            let size = rest.dropFirst(isRSDP ? 20 : 4).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            guard size >= 36, size <= rest.count, rest.prefix(size).reduce(0, &+) == 0 else { return nil }
            let name = isRSDP ? "RSDP" : String(decoding: rest.prefix(4), as: UTF8.self)
            guard found.updateValue([UInt8](rest.prefix(size)), forKey: name) == nil else { return nil }
            rest = rest.dropFirst(size)
        }
        guard found.count == 3, let rsdp = found["RSDP"], let xsdt = found["XSDT"], let madt = found["APIC"] else {
            return nil
        }
        oemID = [UInt8](rsdp[9..<15])
        self.xsdt = [UInt8](xsdt.prefix(36))
        self.madt = [UInt8](madt.prefix(36))
    }
}

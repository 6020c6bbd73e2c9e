// SPDX-License-Identifier: Apache-2.0

import Platform

/// The domain that serves a virtual device, by its name in the LCM; empty for the boot domain, which Xen's tools call
/// Domain-0.
public struct Backend: Equatable, Sendable {
    /// A domain's name; empty for the boot domain.
    public let name: [UInt8]

    public init(name: [UInt8]) { self.name = name == Line("Domain-0").bytes ? [] : name }

    /// Whether `Domain-0` was named, or nobody.
    public var isBootDomain: Bool { name.isEmpty }

    /// The name as texts have it.
    public var text: Line { isBootDomain ? Line("Domain-0") : Line(name[...]) }
}

/// A block device of a domain, in the words of xl-disk-configuration(5): one of `domb,disks`.
public struct VirtualDisk: Equatable, Sendable {
    /// `vdev`: "xvda" to "xvdp", and after it the number of a partition from 1 to 15.
    public let name: [UInt8]
    /// `target`: what the backend opens.
    public let target: [UInt8]
    /// `access`: "ro", or "rw", which is the default.
    public let isReadOnly: Bool
    /// `access=w!`, as the block scripts of Xen's tools have it: written by others, too, and they all know.
    public let isShared: Bool
    /// `backend`
    public let backend: Backend
    /// `physical-device`: "major:minor" in hexadecimal, for a backend that no script tells; `nil` leaves it out.
    public let physicalDevice: [UInt8]?

    /// The number by which frontend and backend know it: major 202, minor 16 for each disk (Xen, docs/man/
    /// xen-vbd-interface.7).
    public var number: UInt32 { Self.number(name) ?? 0 }

    /// "vdev=xvda,target=/dev/vg/root,backend=storage"; `nil` for what is no disk.
    public init?(text: ArraySlice<UInt8>) {
        guard let words = DeviceWords(text), words.hasOnly(["vdev", "target", "access", "backend", "physical-device"]),
            let name = words["vdev"],
            Self.number(name) != nil, let target = words["target"], target.count <= Limits.nameBytes
        else { return nil }
        let access = words["access"]
        let device = words["physical-device"]
        guard access == nil || [Line("ro"), "rw", "w!"].contains(where: { $0.bytes == access }),
            device.map(Self.isDevice) ?? true
        else { return nil }
        self.name = name
        self.target = target
        isReadOnly = access == Line("ro").bytes
        isShared = access == Line("w!").bytes
        backend = Backend(name: words["backend"] ?? [])
        physicalDevice = device
    }

    private static func number(_ name: [UInt8]) -> UInt32? {
        guard name.starts(with: Line("xvd").bytes), name.count >= 4 else { return nil }
        let letter = name[3]
        guard (UInt8(ascii: "a")...UInt8(ascii: "p")).contains(letter) else { return nil }
        let disk = 202 << 8 | UInt32(letter - UInt8(ascii: "a")) << 4
        guard name.count > 4 else { return disk }
        guard name[4] != UInt8(ascii: "0"), let partition = Decimal.parse(name[4...]), partition < 16 else {
            return nil
        }
        return disk | UInt32(partition)
    }

    private static func isDevice(_ text: [UInt8]) -> Bool {
        let halves = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        return halves.count == 2 && halves.allSatisfy { (1...5).contains($0.count) && $0.isHexadecimal }
    }

    /// The one form that means it: "vdev=xvda,target=/dev/vg/root,access=rw,backend=storage".
    public var text: Line {
        let access: Line = isReadOnly ? "ro" : isShared ? "w!" : "rw"
        let device: Line = physicalDevice.map { ",physical-device=\(raw: $0)" } ?? ""
        return "vdev=\(raw: name),target=\(raw: target),access=\(access),backend=\(backend.text)\(device)"
    }
}

/// A network interface of a domain, in the words of xl-network-configuration(5): one of `domb,vifs`.
public struct VirtualInterface: Equatable, Sendable {
    /// `mac`: six pairs of hexadecimal digits with colons, in lower case.
    public let mac: [UInt8]
    /// `bridge`: for the backend's scripts.
    public let bridge: [UInt8]?
    /// `backend`
    public let backend: Backend

    /// "mac=00:16:3e:00:00:01,bridge=xenbr0"; `nil` for what is no interface.
    public init?(text: ArraySlice<UInt8>) {
        guard let words = DeviceWords(text), let mac = words["mac"], Self.isAddress(mac),
            words.hasOnly(["mac", "bridge", "backend"])
        else {
            return nil
        }
        self.mac = mac
        bridge = words["bridge"]
        backend = Backend(name: words["backend"] ?? [])
    }

    /// No multicast address: bit 0 of the first byte.
    private static func isAddress(_ text: [UInt8]) -> Bool {
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        return parts.count == 6 && parts.allSatisfy { $0.count == 2 && $0.isHexadecimal }
            && !text.contains { (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0) }
            && Hexadecimal.nibble(text[1]).map { $0 & 1 == 0 } ?? false
    }

    /// The one form that means it: "mac=00:16:3e:00:00:01,bridge=xenbr0,backend=network".
    public var text: Line {
        let bridge: Line = bridge.map { ",bridge=\(raw: $0)" } ?? ""
        return "mac=\(raw: mac)\(bridge),backend=\(backend.text)"
    }
}

/// "key=value,key=value": printable, each key once, no value empty.
struct DeviceWords {
    private var words: [(key: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []

    init?(_ text: ArraySlice<UInt8>) {
        guard text.count <= Limits.deviceBytes else { return nil }
        for part in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")), equals > part.startIndex,
                equals + 1 < part.endIndex,
                !part.contains(where: { $0 <= 0x20 || $0 > 0x7E || $0 == UInt8(ascii: ";") })
            else { return nil }
            let key = part[..<equals]
            if words.contains(where: { $0.key == key }) { return nil }
            words.append((key, part[(equals + 1)...]))
        }
    }

    subscript(key: StaticString) -> [UInt8]? {
        let wanted = Line(key).bytes
        return words.first { $0.key.elementsEqual(wanted) }.map { [UInt8]($0.value) }
    }

    func hasOnly(_ keys: [StaticString]) -> Bool {
        words.allSatisfy { word in keys.contains { Line($0).bytes.elementsEqual(word.key) } }
    }
}

extension ArraySlice<UInt8> {
    fileprivate var isHexadecimal: Bool { allSatisfy { Hexadecimal.nibble($0) != nil } }
}

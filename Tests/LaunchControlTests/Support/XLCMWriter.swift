// SPDX-License-Identifier: Apache-2.0

import Platform

/// Writes binary LCMs as the prototype's tool lays them out, and as it never would.
struct XLCMWriter {
    struct Domain {
        var flags: UInt16 = 1
        var kernel: UInt8 = 2
        var ramdisk: UInt8 = 0
        var permissions: UInt32 = 0
        var functions: UInt32 = 0
        var mode: UInt32 = 0
        var handle = "guest"
        var memory: UInt64 = 64 << 20
        var vcpus: UInt32 = 1
        var text: String?
        /// Zeros at the end, as the tool leaves them.
        var slack = 64
    }

    var headerSize = 72
    var entries: [[UInt8]] = []

    mutating func add(_ type: UInt32, _ payload: [UInt8]) {
        var entry: [UInt8] = []
        entry.append(littleEndian: UInt64(type), byteCount: 4)
        entry.append(littleEndian: UInt64(8 + payload.count), byteCount: 4)
        entries.append(entry + payload)
    }

    mutating func add(moduleTypes types: [UInt8]) {
        var payload: [UInt8] = []
        payload.append(littleEndian: UInt64(types.count), byteCount: 4)
        add(1, payload + types + [UInt8](repeating: 0, count: 64 + (4 - types.count % 4) % 4))
    }

    mutating func add(checksum digest: [UInt8], of index: UInt8, algorithm: UInt8 = 0x0B) {
        var payload = [index, algorithm]
        payload.append(littleEndian: UInt64(digest.count), byteCount: 2)
        add(3, payload + digest)
    }

    mutating func add(_ domain: Domain) {
        var payload: [UInt8] = []
        payload.append(littleEndian: UInt64(domain.flags | (domain.text == nil ? 0 : 4)), byteCount: 2)
        payload += [domain.kernel, domain.ramdisk, 0, 0, 0, 0]
        for value in [domain.permissions, domain.functions, domain.mode] {
            payload.append(littleEndian: UInt64(value), byteCount: 4)
        }
        let handle = [UInt8](domain.handle.utf8)
        payload += handle + [UInt8](repeating: 0, count: 16 - handle.count + 4)
        payload.append(littleEndian: domain.memory, byteCount: 8)
        payload.append(littleEndian: 10, byteCount: 4)
        payload.append(littleEndian: UInt64(domain.vcpus), byteCount: 4)
        let text = [UInt8]((domain.text ?? "").utf8)
        payload.append(littleEndian: UInt64(text.count), byteCount: 4)
        payload += text
        payload += [UInt8](repeating: 0, count: (4 - payload.count % 4) % 4 + domain.slack)
        add(2, payload)
    }

    /// With the length filled in and the checksum zero.
    func bytes() -> [UInt8] {
        var bytes: [UInt8] = [0x78, 0x4C, 0x43, 0x4D]
        let count = headerSize + entries.reduce(0) { $0 + $1.count }
        bytes.append(littleEndian: UInt64(count), byteCount: 4)
        bytes += [UInt8](repeating: 0, count: headerSize - 8)
        return bytes + entries.flatMap { $0 }
    }
}

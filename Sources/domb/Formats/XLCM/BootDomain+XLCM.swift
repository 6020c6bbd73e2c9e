// SPDX-License-Identifier: Apache-2.0

import Platform

extension BootDomain {
    private enum Field {
        static let flags = 8
        static let kernelIndex = 10
        static let ramdiskIndex = 11
        static let permissions = 16
        static let functions = 20
        static let mode = 24
        static let memory = 48
        static let vcpus = 60
        static let textLength = 64
        static let text = 68
        static let fixedSize = 72
    }

    /// The boot domain's entry of an xLCM that LaunchControl's reader has accepted.
    init?(xlcm bytes: [UInt8]) {
        // The older generation has entries where the newer has its checksum.
        let entries = Self.entries(bytes, from: 72) ?? Self.entries(bytes, from: 8)
        guard let entry = entries?.first(where: { Self.isBoot($0) }) else { return nil }
        self.init(entry: entry)
    }

    private init(entry: ArraySlice<UInt8>) {
        kernelIndex = Self.index(entry, Field.kernelIndex)
        ramdiskIndex = Self.index(entry, Field.ramdiskIndex)
        let kibibytes = Self.number(entry, Field.memory, 8) >> 10
        memory = kibibytes == 0 ? nil : kibibytes
        vcpus = UInt32(truncatingIfNeeded: Self.number(entry, Field.vcpus, 4))
        mode = Self.number(entry, Field.mode, 4) & 1 == 1 ? .pv : .pvh
        commandLine = Self.bootArguments(entry)
        foreign = Self.foreign(entry)
    }

    /// As of a tree: roles that a boot domain has anyway, function boot alone, PVH or PV.
    private static func foreign(_ entry: ArraySlice<UInt8>) -> [String] {
        let fields: [(name: String, offset: Int, known: [UInt64])] = [
            ("permissions", Field.permissions, [0, 3]), ("functions", Field.functions, [1]),
            ("mode", Field.mode, [0, 1]),
        ]
        return fields.compactMap { field in
            let value = number(entry, field.offset, 4)
            return field.known.contains(value) ? nil : "\(field.name) \(value)"
        }
    }

    private static func index(_ entry: ArraySlice<UInt8>, _ offset: Int) -> UInt32? {
        let index = UInt32(number(entry, offset, 1))
        return index == 0 ? nil : index
    }

    private static func number(_ entry: ArraySlice<UInt8>, _ offset: Int, _ byteCount: Int) -> UInt64 {
        let start = entry.startIndex + offset
        return entry[start..<(start + byteCount)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// `nil` where the reader would take the other generation: types that it knows, and lengths that lead to the end.
    private static func entries(_ bytes: [UInt8], from start: Int) -> [ArraySlice<UInt8>]? {
        guard bytes.count > start else { return nil }
        var entries: [ArraySlice<UInt8>] = []
        var offset = start
        while offset < bytes.count {
            guard bytes.count - offset >= 8, number(bytes[offset...], 0, 4) <= 3 else { return nil }
            let length = Int(number(bytes[offset...], 4, 4))
            guard length >= 8, length % 4 == 0, length <= bytes.count - offset else { return nil }
            entries.append(bytes[offset..<(offset + length)])
            offset += length
        }
        return entries
    }

    /// A DOMAIN entry with a basic configuration and the function boot.
    private static func isBoot(_ entry: ArraySlice<UInt8>) -> Bool {
        guard entry.count >= Field.fixedSize, number(entry, 0, 4) == 2 else { return false }
        return number(entry, Field.flags, 2) & 1 == 1 && number(entry, Field.functions, 4) & 1 == 1
    }

    private static func bootArguments(_ entry: ArraySlice<UInt8>) -> [UInt8] {
        guard number(entry, Field.flags, 2) & 4 == 4 else { return [] }
        let start = entry.startIndex + Field.text
        let length = Int(number(entry, Field.textLength, 4))
        guard length <= entry.endIndex - start else { return [] }
        // ConfigurationTextWriter puts it last.
        let text = String(decoding: entry[start..<(start + length)], as: UTF8.self)
        let key = " bootargs=\""
        guard text.hasPrefix(ConfigurationTextWriter.tag), let found = text.firstRange(of: key) else { return [] }
        var value: [UInt8] = []
        var rest = Array(text[found.upperBound...].utf8)[...]
        while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
            value.append(byte == UInt8(ascii: "\\") ? rest.popFirst() ?? byte : byte)
        }
        return value
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl

extension FlatTree {
    /// How `domb decompile` hands the header's boot cpu to `domb compile`: a .dts has no word for it.
    static let bootCPUComment = "// boot cpu: "

    /// The tree as a .dts that dtc compiles to the same bytes.
    var source: String {
        var lines = ["/dts-v1/;"]
        // dtc takes the first cpu's `reg` unless it is told.
        if bootCPU != 0 || root.children.contains(where: { $0.baseName.elementsEqual("cpus".utf8) }) {
            lines.append("\(Self.bootCPUComment)\(bootCPU)")
        }
        lines.append("")
        lines += reservations.map { "/memreserve/ \(hexadecimal($0.address)) \(hexadecimal($0.byteCount));" }
        let labels = Labels(root)
        Self.write(root, path: "", indent: "", labels, to: &lines)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func write(
        _ node: Node, path: String, indent: String, _ labels: Labels, to lines: inout [String]
    ) {
        let name = path.isEmpty && node.name.isEmpty ? "/" : String(decoding: node.name, as: UTF8.self)
        lines.append("\(indent)\(labels.prefix(of: path))\(name) {")
        let inner = indent + "    "
        for property in node.properties {
            let value = property.sourceValue
            lines.append(
                "\(inner)\(String(decoding: property.name, as: UTF8.self))\(value.isEmpty ? "" : " = ")\(value);")
        }
        for child in node.children {
            lines.append("")
            let childPath = path + "/" + String(decoding: child.name, as: UTF8.self)
            write(child, path: childPath, indent: inner, labels, to: &lines)
        }
        lines.append("\(indent)};")
    }
}

/// The labels that `dtc -@` kept in /__symbols__, by path.
private struct Labels {
    private var byPath: [String: [String]] = [:]

    init(_ root: FlatTree.Node) {
        guard let symbols = root.children.first(where: { $0.name.elementsEqual("__symbols__".utf8) }) else { return }
        for property in symbols.properties where property.value.last == 0 && Self.isLabel(property.name) {
            let path = String(decoding: property.value.dropLast(), as: UTF8.self)
            byPath[path, default: []].append(String(decoding: property.name, as: UTF8.self))
        }
    }

    /// "broker: "; empty for the root, which a .dts labels in another way.
    func prefix(of path: String) -> String {
        path.isEmpty ? "" : (byPath[path] ?? []).map { "\($0): " }.joined()
    }

    static func isLabel(_ name: [UInt8]) -> Bool {
        guard let first = name.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
        return name.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}

extension FlatTree.Property {
    /// A device tree has no types: these are known to be numbers or bytes, even where they could be read as text.
    private static let numbers: Set<String> =
        Set([
            "phandle", "linux,phandle", "#address-cells", "#size-cells", "domid", "permissions", "functions",
            "capabilities", "mode", "cpus", "module-index", "mb-index", "id", "reg",
        ]).union(properties { if case .cells(bytes: 4, _) = $0 { true } else { false } })
    private static let longNumbers = properties { if case .cells(bytes: 8, _) = $0 { true } else { false } }
    private static let byteStrings = properties { $0 == .bytes }

    private static func properties(_ isMeant: (SettingKey.Form) -> Bool) -> Set<String> {
        Set(SettingKey.allCases.map { $0.schema }.filter { isMeant($0.form) }.map { text($0.property.bytes) })
    }

    /// What stands after the `=`; empty where there is no value.
    fileprivate var sourceValue: String {
        let name = String(decoding: name, as: UTF8.self)
        if value.isEmpty { return "" }
        if Self.byteStrings.contains(name) { return byteString }
        if Self.longNumbers.contains(name), value.count % 8 == 0 { return "/bits/ 64 <\(cells(8))>" }
        if !Self.numbers.contains(name) || value.count % 4 != 0, let strings { return strings }
        return value.count % 4 == 0 ? "<\(cells(4))>" : byteString
    }

    private var byteString: String { "[\(hexadecimal(value))]" }

    private func cells(_ byteCount: Int) -> String {
        stride(from: 0, to: value.count, by: byteCount).map { start in
            hexadecimal(value[start..<(start + byteCount)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        }.joined(separator: " ")
    }

    /// `nil` where the value is not text: strings that are not empty, of printable characters, each with its zero.
    private var strings: String? {
        if value == [0] { return "\"\"" }
        guard value.last == 0 else { return nil }
        let parts = value.dropLast().split(separator: 0, omittingEmptySubsequences: false)
        let quoted = parts.compactMap { $0.isEmpty ? nil : Self.quoted($0) }
        return quoted.count == parts.count ? quoted.joined(separator: ", ") : nil
    }

    private static func quoted(_ text: ArraySlice<UInt8>) -> String? {
        var result = "\""
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""): result += "\\\""
            case UInt8(ascii: "\\"): result += "\\\\"
            case UInt8(ascii: "\n"): result += "\\n"
            case UInt8(ascii: "\t"): result += "\\t"
            case UInt8(ascii: "\r"): result += "\\r"
            case 0x20...0x7E: result.unicodeScalars.append(Unicode.Scalar(byte))
            default: return nil
            }
        }
        return result + "\""
    }
}

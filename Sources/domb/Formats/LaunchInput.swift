// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform

/// A launch in any form that people or programs write it.
struct LaunchInput {
    enum Format {
        /// A device tree blob.
        case tree
        /// The first prototype's binary LCM.
        case xlcm
        /// A .dts.
        case source
        /// The human description.
        case description
        case unknown
    }

    /// A description of 32,751 domains takes about 10 MB.
    private static let limit = 64 << 20

    let path: String
    let bytes: [UInt8]
    let format: Format

    init(reading path: String) throws(CommandFailure) {
        self.init(try HostFile.read(path, limit: Self.limit), from: path)
    }

    init(_ bytes: [UInt8], from path: String) {
        self.path = path
        self.bytes = bytes
        format = Self.format(of: path, bytes)
    }

    /// By the first bytes, then by the name: standard input has none.
    private static func format(of path: String, _ bytes: [UInt8]) -> Format {
        if bytes.starts(with: FlatTree.magic) { return .tree }
        if bytes.starts(with: XLCMWriter.magic) { return .xlcm }
        switch path.split(separator: ".").last {
        case "dts", "dtsi": return .source
        case "yaml", "yml": return .description
        case _ where path == "-" && !bytes.isEmpty:
            return String(decoding: bytes.prefix(1 << 16), as: UTF8.self).contains("/dts-v1/") ? .source : .description
        default: return .unknown
        }
    }

    /// Nothing that a compiled LCM could be: it has zeros.
    var isText: Bool { !bytes.isEmpty && !bytes.contains { $0 < 0x09 } }

    var unknownFormat: CommandFailure {
        let what = "neither a device tree blob nor an xLCM"
        guard isText else {
            return .malformed("\(path): \(what), and its name ends in neither .dts nor .yaml")
        }
        return .malformed(
            "\(path): text, \(what). Its name says what it is: a description's ends in .yaml, a tree's source in .dts; "
                + "of an xl.cfg domb import makes a description")
    }

    func tree() throws(CommandFailure) -> FlatTree { try Self.tree(bytes, path) }

    static func tree(_ blob: [UInt8], _ path: String) throws(CommandFailure) -> FlatTree {
        do throws(FlatTree.Problem) {
            return try FlatTree(parsing: blob)
        } catch {
            throw .malformed("\(path): \(error.text)")
        }
    }
}

/// A format that an LCM is written in.
enum LaunchFormat: String, CaseIterable {
    case dtb, xlcm, yaml
}

extension Launch {
    /// The launch in a compiled form, checked by DomB's own reader: nothing that it would refuse is ever written.
    func written(as format: LaunchFormat, from path: String) throws(CommandFailure) -> [UInt8] {
        let content: [UInt8]
        switch format {
        case .yaml: return try DescriptionWriter.write(self, from: path)
        case .xlcm:
            content = try XLCMWriter.write(self, from: path)
            if content.count > 4096 || lcm.domains.count >= 8 {
                Diagnostics.write("domb: \(path): note: the prototype's Xen takes 4096 bytes and 8 domains at most")
            }
        case .dtb:
            try checkTreeCanSay(path)
            content = FlatTree(self).blob
        }
        try checkReadsBack(try LaunchControlFile(path, content))
        return content
    }

    func checkReadsBack(_ file: LaunchControlFile) throws(CommandFailure) {
        var expected = lcm
        expected.unknownProperties = []
        guard file.lcm == expected else {
            throw .internalError(
                "\(file.path): what was written does not read back as what was meant: please report it")
        }
    }

    func checkTreeCanSay(_ path: String) throws(CommandFailure) {
        var inexpressible = Inexpressible("a device tree")
        inexpressible.addForeign(self)
        for domain in lcm.domains {
            inexpressible.add(
                "domain '\(text(domain.name))': a node's name has letters, digits and , . _ + - @ only",
                unless: Self.isNodeName(domain.name))
        }
        try inexpressible.check(path)
    }

    /// Whether a device tree's node can have that name.
    static func isNodeName(_ name: [UInt8]) -> Bool {
        name.count <= Limits.nameBytes && name.first != UInt8(ascii: "@")
            && name.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                // Not at the start: a name without "@" and one with it are two.
                default: ",._+-@".utf8.contains(byte)
                }
            }
    }

    /// From a compiled LCM.
    init(compiled bytes: [UInt8], _ path: String) throws(CommandFailure) {
        lcm = try LaunchControlFile(path, bytes).lcm
        if bytes.starts(with: FlatTree.magic) {
            let tree = try LaunchInput.tree(bytes, path)
            bootDomain = BootDomain(tree)
            dialect = TreeDialect(tree, builder: lcm.settings.builder) ?? .document
        } else {
            bootDomain = BootDomain(xlcm: bytes)
        }
    }
}

extension LaunchControlContainer {
    static func written(
        _ lcm: [UInt8], _ path: String, signature: String = "OEM1"
    ) throws(CommandFailure) -> [[UInt8]] {
        do throws(ContainerError) {
            return try tables(for: lcm, hashing: SwiftCryptoHash.self, signature: signature)
        } catch {
            throw .malformed("\(path): \(error)")
        }
    }

    static func tableCount(_ lcm: [UInt8], _ path: String) throws(CommandFailure) -> Int {
        try written(lcm, path).count
    }
}

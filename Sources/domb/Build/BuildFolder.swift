// SPDX-License-Identifier: Apache-2.0

import Platform

/// The folder of what `domb build` makes, and the manifest of it, which `sha256sum --check` reads.
struct BuildFolder {
    static let manifest = "manifest.sha256"
    static let initramfs = "initramfs"
    static let lcm = "lcm.dtb"
    private static let manifestLimit = 1 << 20

    let path: String
    /// By the manifest; empty where there is none.
    private(set) var digests: [String: [UInt8]] = [:]

    /// Beside the description: "launch.yaml" is built into "launch.domb".
    static func standard(for description: String) -> String {
        let name = description.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        let stem = name.split(separator: ".").first ?? "launch"
        return "\(description.dropLast(name.count))\(stem).domb"
    }

    init(_ path: String) throws(CommandFailure) {
        self.path = path
        let file = "\(path)/\(Self.manifest)"
        switch try HostFile.ownContent(of: file, limit: Self.manifestLimit) {
        case .absent: return
        case .other: throw .refusal("\(file): no regular file")
        case .regular(let content):
            for (index, line) in content.split(separator: 0x0A).enumerated() {
                let name = String(decoding: line.dropFirst(66), as: UTF8.self)
                guard line.count > 66, let digest = Hexadecimal.bytes([UInt8](line.prefix(64))), !name.contains("/"),
                    line.dropFirst(64).prefix(2).allSatisfy({ $0 == 0x20 })
                else { throw .malformed("\(file):\(index + 1): not a line that domb build writes") }
                digests[name] = digest
            }
        }
    }

    func path(of name: String) -> String { "\(path)/\(name)" }

    /// A file as the manifest has it: `nil` for one that is not there, a refusal for one that was changed.
    func content(_ name: String) throws(CommandFailure) -> [UInt8]? {
        guard let digest = digests[name] else { return nil }
        guard case .regular(let content) = try HostFile.ownContent(of: path(of: name), limit: InstalledFiles.fileLimit),
            InstalledFiles.digest(content) == digest
        else { throw .refusal("\(path(of: name)): not as domb build made it: build it again") }
        return content
    }

    enum Change: String { case keep, replace, write, remove }

    /// All of them or none, and nothing that is the same already. What the folder has besides is somebody else's.
    func write(
        _ files: [(content: [UInt8], name: String)]
    ) throws(CommandFailure) -> [(change: Change, name: String, byteCount: Int)] {
        let lines = files.map { "\(hexadecimal(InstalledFiles.digest($0.content)))  \($0.name)\n" }
        var changes: [(change: Change, name: String, byteCount: Int)] = []
        var drafts: [(content: [UInt8], path: String)] = []
        for file in files + [(Array(lines.joined().utf8), Self.manifest)] {
            let change: Change
            switch try HostFile.ownContent(of: path(of: file.name), limit: InstalledFiles.fileLimit) {
            case .absent: change = .write
            case .regular(let content) where content == file.content: change = .keep
            case .regular where digests[file.name] != nil || file.name == Self.manifest: change = .replace
            case .regular, .other: throw .refusal("\(path(of: file.name)): not a file of domb build: move it away")
            }
            changes.append((change, file.name, file.content.count))
            if change != .keep { drafts.append((file.content, path(of: file.name))) }
        }
        let stale = digests.keys.filter { name in !files.contains { $0.name == name } }.sorted()
        try HostFile.write(drafts)
        for name in stale { try HostFile.remove(path(of: name)) }
        return changes + stale.map { (.remove, $0, 0) }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import SimulatedPlatform

/// The files that `domb install` wrote, by their digests: what it may replace, and what `domb uninstall` removes. The list
/// is kept as `sha256sum --check` reads it.
struct InstalledFiles {
    /// More than any launch has images.
    private static let limit = 1 << 20
    /// An initramfs with the images in it.
    static let fileLimit = 2 << 30

    let path: String
    /// In the list's order. A file may have several while an installation is under way.
    private(set) var digests: [(digest: [UInt8], path: String)] = []

    /// The list in the folder of the installation. Whoever could write it must not choose what is removed: every name in
    /// it is one that `domb install` gives.
    init(in places: InstallPlaces) throws(CommandFailure) {
        path = places.list
        try places.checkFolder()
        let content: [UInt8]
        switch try HostFile.ownContent(of: path, limit: Self.limit) {
        case .absent: return
        case .other: throw .malformed("\(path): not a regular file")
        case .regular(let bytes): content = bytes
        }
        for (index, line) in content.split(separator: 0x0A).enumerated() {
            let name = [UInt8](line.dropFirst(66))
            guard line.count > 66, let digest = Hexadecimal.bytes([UInt8](line.prefix(64))),
                line.dropFirst(64).prefix(2).allSatisfy({ $0 == 0x20 }), name.first == UInt8(ascii: "/")
            else { throw .malformed("\(path):\(index + 1): not a line that domb install writes") }
            guard places.mayHaveWritten(name) else {
                throw .malformed(
                    "\(path):\(index + 1): \(text(name)): no file that domb install writes with "
                        + "--boot \(places.boot) --grub-d \(places.grubD)")
            }
            digests.append((digest, String(decoding: name, as: UTF8.self)))
        }
    }

    /// A list to be written.
    init(path: String, _ files: [(content: [UInt8], path: String)]) {
        self.path = path
        digests = files.map { (Self.digest($0.content), $0.path) }
    }

    var paths: [String] {
        var paths: [String] = []
        for entry in digests where !paths.contains(entry.path) { paths.append(entry.path) }
        return paths
    }

    var isEmpty: Bool { digests.isEmpty }

    static func digest(_ content: [UInt8]) -> [UInt8] { SwiftCryptoHash.digest(.sha256, of: content).bytes }

    enum State: Equatable { case absent, written, foreign }

    /// Whether the file is one that `domb install` wrote, and as it wrote it. A link never is.
    func state(of file: String) throws(CommandFailure) -> State {
        switch try HostFile.ownContent(of: file, limit: Self.fileLimit) {
        case .absent: return .absent
        case .other: return .foreign
        case .regular(let content):
            let digest = Self.digest(content)
            return digests.contains { $0.path == file && $0.digest == digest } ? .written : .foreign
        }
    }

    func adding(_ other: InstalledFiles) -> InstalledFiles {
        var both = self
        both.digests += other.digests.filter { new in
            !digests.contains { $0.path == new.path && $0.digest == new.digest }
        }
        return both
    }

    func write() throws(CommandFailure) {
        let lines = digests.map { "\(hexadecimal($0.digest))  \($0.path)\n" }
        try HostFile.write(Array(lines.joined().utf8), to: path)
    }
}

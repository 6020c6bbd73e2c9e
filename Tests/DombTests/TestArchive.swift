// SPDX-License-Identifier: Apache-2.0

/// A cpio archive of the form newc (cpio(5)).
struct TestArchive {
    struct Entry {
        let name: String
        let content: [UInt8]
        var mode: UInt32 = 0o100644
        var inode: UInt32?
        var links: UInt32 = 1
    }

    private(set) var bytes: [UInt8] = []

    init(_ files: [(name: String, content: [UInt8])]) {
        self.init(files.map { Entry(name: $0.name, content: $0.content) })
    }

    init(_ entries: [Entry]) {
        for (number, entry) in entries.enumerated() { add(entry, UInt32(number + 1)) }
        add(Entry(name: "TRAILER!!!", content: [], mode: 0), 0)
    }

    static func link(_ name: String, to target: String) -> Entry {
        Entry(name: name, content: Array(target.utf8), mode: 0o120777)
    }

    private mutating func add(_ entry: Entry, _ number: UInt32) {
        let fields = [
            entry.inode ?? number, entry.mode, 0, 0, entry.links, 0, UInt32(entry.content.count), 0, 0, 0, 0,
            UInt32(entry.name.utf8.count + 1), 0,
        ]
        bytes += Array("070701".utf8)
        for field in fields {
            let digits = String(field, radix: 16, uppercase: true)
            bytes += Array((String(repeating: "0", count: 8 - digits.count) + digits).utf8)
        }
        bytes += Array(entry.name.utf8) + [0]
        pad()
        bytes += entry.content
        pad()
    }

    private mutating func pad() { bytes += [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4) }
}

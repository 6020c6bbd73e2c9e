// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import domb

/// How long a name and how deep a tree may be, and which names `dtc -@` can have meant as labels.
@Suite struct FlatTreeLimitTests {
    private func isRead(_ root: FlatTree.Node) -> Bool { (try? FlatTree(parsing: FlatTree(root: root).blob)) != nil }

    @Test func aNameHasAtMost1024Bytes() {
        for (length, isGood) in [(1, true), (1024, true), (1025, false)] {
            let name = [UInt8](repeating: 0x61, count: length)
            #expect(isRead(FlatTree.Node(name: [], children: [FlatTree.Node(name: name)])) == isGood, "\(length)")
        }
    }

    /// The root is one of the 64.
    @Test func aTreeIsAtMost64Deep() {
        for (depth, isGood) in [(1, true), (63, true), (64, false)] {
            var node = FlatTree.Node(name: [0x61])
            for _ in 1..<depth { node = FlatTree.Node(name: [0x61], children: [node]) }
            #expect(isRead(FlatTree.Node(name: [], children: [node])) == isGood, "\(depth)")
        }
    }

    @Test func whatIsNoIdentifierIsNoLabel() {
        let names = [("a1_Z", true), ("_", true), ("1a", false), ("a-b", false), ("a,b", false), ("#a", false)]
        for (name, isLabel) in names {
            let symbol = FlatTree.Property(name: Array(name.utf8), value: Array("/inner".utf8) + [0])
            let root = FlatTree.Node(
                name: [],
                children: [
                    FlatTree.Node(name: Array("__symbols__".utf8), properties: [symbol]),
                    FlatTree.Node(name: Array("inner".utf8)),
                ])
            #expect(FlatTree(root: root).source.contains("\(name): inner {") == isLabel, "\(name)")
        }
    }

    /// The tree's end stands behind the root's, and nowhere else; what means nothing may stand anywhere.
    @Test(arguments: [[4], [9], [9, 9], [4, 9], [2], [1]] as [[UInt8]]) func aTreeEndsWhereItsRootDoes(
        tokens: [UInt8]
    ) throws {
        var inner = FlatTree.Node(name: [0x61])
        inner.set("p", cells: [7])
        let blob = FlatTree(root: FlatTree.Node(name: [], children: [inner])).blob
        func word(_ place: Int) -> Int { blob[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) } }
        let (structure, strings) = (word(8), word(12))
        let more: [UInt8] = tokens.flatMap { [0, 0, 0, $0] as [UInt8] }
        // Before the property, behind it, behind the inner node; in the root 12 bytes end both nodes and the tree.
        for place in [structure + 16, strings - 12, strings - 8] {
            var changed = Array(blob[..<place]) + more + blob[place...]
            let moved = UInt32(strings + more.count)
            changed.replaceSubrange(12..<16, with: (0..<4).map { UInt8(truncatingIfNeeded: moved >> (24 - 8 * $0)) })
            let isRead = (try? FlatTree(parsing: changed)) != nil
            #expect(isRead == (tokens == [4]), "\(tokens) at \(place)")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform

extension Excerpt {
    /// A line for each of the first items, and one that counts the others.
    static func lines<Items: Collection>(of items: Items, _ line: (Items.Element) -> String) -> [String] {
        var lines = items.prefix(limit).map(line)
        if items.count > limit { lines.append("and \(items.count - limit) more") }
        return lines
    }

    /// Members of a JSON object: the list, and how many items it lacks, where it lacks any.
    static func members<Items: Collection>(
        _ name: String, of items: Items, _ item: @escaping (Items.Element) -> JSON
    ) -> [(String, JSON)] {
        let list = (name, JSON.array(items.prefix(limit).map(item)))
        return items.count > limit ? [list, ("\(name)LeftOut", .number(items.count - limit))] : [list]
    }
}

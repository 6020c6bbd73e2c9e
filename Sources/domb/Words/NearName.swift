// SPDX-License-Identifier: Apache-2.0

/// The name that somebody may have meant.
enum NearName {
    /// The nearest of `names` to `name`, the first of several, at most three edits away and fewer than the name is long.
    static func suggestion(for name: String, among names: [String]) -> String? {
        let near = names.map { (name: $0, distance: distance(name, $0)) }.min { $0.distance < $1.distance }
        guard let near, near.distance <= 3, near.distance < name.count else { return nil }
        return near.name
    }

    /// " (did you mean NAME?)", or nothing.
    static func hint(for name: String, among names: [String]) -> String {
        suggestion(for: name, among: names).map { " (did you mean \($0)?)" } ?? ""
    }

    /// Levenshtein's: letters inserted, removed or replaced.
    static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right.utf8)
        var row = Array(0...right.count)
        for (index, letter) in left.utf8.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let replaced = diagonal + (right[column] == letter ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}

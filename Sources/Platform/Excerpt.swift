// SPDX-License-Identifier: Apache-2.0

/// How much is said of what input can make long: the first items, then how many more there are. Whoever wants to know what
/// is wrong is helped by the first; the rest would fill a console or a disk.
public enum Excerpt {
    /// More than anybody reads.
    public static let limit = 100
}

extension Line {
    /// The texts of the first items, and how many more there are.
    public init<Items: Collection>(
        excerpt items: Items, separator: StaticString = ",", _ text: (Items.Element) -> Line
    ) {
        self.init(items.prefix(Excerpt.limit), separator: separator, text)
        if items.count > Excerpt.limit { append(" and \(items.count - Excerpt.limit) more") }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform

/// What the columns of the table of keys are.
extension SettingKey {
    /// What a row of the table says: the key's forms in a tree, in a text and in the event log.
    public struct Schema: Sendable {
        /// The word in DomB's text, which is the name of a tree's property behind `domb,`.
        public let word: StaticString
        /// The tree's name where it is another's.
        public let foreign: StaticString?
        /// Where it stands.
        public let place: Place
        /// How its values look.
        public let form: Form
        /// What stands between its items in a text; `nil` for a single item.
        public let between: Unicode.Scalar?
        /// What an item's number may be; `nil` where it is no single number.
        public let range: ClosedRange<UInt64>?
        /// Its items' kind in the event log; `nil` where it has none of its own there.
        public let logged: ConfigurationItem.Kind?
        let item: Item

        init(
            _ word: StaticString, _ form: Form = .string, between: Unicode.Scalar? = nil, in place: Place = .domain,
            property foreign: StaticString? = nil, range: ClosedRange<UInt64>? = nil,
            logged: ConfigurationItem.Kind? = nil, _ item: Item = .other
        ) {
            self.word = word
            self.foreign = foreign
            self.place = place
            self.form = form
            self.between = between
            self.range = range
            self.logged = logged
            self.item = item
        }

        /// The name of a tree's property.
        public var property: Line { foreign.map { Line($0) } ?? "domb,\(word)" }

        /// What stands between the numbers of one item.
        var separators: Line {
            switch form {
            case .cells(_, let separators): separators
            case .string, .strings, .bytes, .kibibytes: Line()
            }
        }

        /// The numbers of one item.
        var cellCount: Int { separators.bytes.count + 1 }
    }

    /// How values look in a tree; in a text they are as `Setting.text` has them.
    public enum Form: Equatable, Sendable {
        /// Big-endian cells of so many bytes; an item has one for each separator of its text, and one more.
        case cells(bytes: Int, separators: Line)
        /// One string.
        case string
        /// A string for each item.
        case strings
        /// Bytes; in a text their digits.
        case bytes
        /// KiB in a cell of eight or four bytes, or as text with a unit.
        case kibibytes
    }

    /// Which part of an LCM says it.
    public enum Place: Sendable {
        /// A domain's node, and its text.
        case domain
        /// A node for each vcpu, and the domain's text.
        case vcpu
        /// The node of a module, and the domain's text.
        case module
        /// The node of a module alone.
        case moduleNode
        /// The domain's text alone.
        case text
        /// The node of the launch, and the boot domain's text.
        case launch
    }
}

// SPDX-License-Identifier: Apache-2.0

/// The raw value of an enum whose cases have names: text that is known when the program is built.
public struct Word: ExpressibleByStringLiteral, Equatable, Sendable {
    /// As it is written.
    public let text: StaticString

    public init(stringLiteral text: StaticString) { self.text = text }

    public static func == (left: Word, right: Word) -> Bool { Line(left.text) == Line(right.text) }
}

extension RawRepresentable where RawValue == Word {
    /// The case's name.
    public var name: StaticString { rawValue.text }
}

/// What texts choose from: each has a name there.
public protocol Named: CaseIterable {
    /// As texts have it.
    var name: StaticString { get }
}

extension Named {
    /// The one of that name; `nil` where none has it.
    public init?(named text: some Sequence<UInt8>) {
        guard let named = Self.allCases.first(where: { Line($0.name).bytes.elementsEqual(text) }) else { return nil }
        self = named
    }
}

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

extension RawRepresentable where Self: CaseIterable, RawValue == Word {
    /// The case of that name; `nil` where none has it.
    public init?(named text: [UInt8]) {
        guard let named = Self.allCases.first(where: { Line($0.name).bytes == text }) else { return nil }
        self = named
    }
}

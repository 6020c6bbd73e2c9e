// SPDX-License-Identifier: Apache-2.0

import SwiftSyntax

extension CandidateFinder {
    /// The next number, and the one before.
    func found(in literal: IntegerLiteralExprSyntax) {
        let text = literal.literal.text.filter { $0 != "_" }
        let radix = ["0x": 16, "0o": 8, "0b": 2][text.prefix(2).lowercased()]
        guard let value = radix.map({ UInt64(text.dropFirst(2), radix: $0) }) ?? UInt64(text) else { return }
        if value < .max { change(literal, "constant", to: "\(value + 1)") }
        if value > 0 { change(literal, "constant", to: "\(value - 1)") }
    }

    /// A list without one of its elements.
    func found(in array: ArrayExprSyntax) {
        let elements = array.elements.map(\.expression.trimmedDescription)
        guard (2...24).contains(elements.count) else { return }
        for index in elements.indices {
            var fewer = elements
            fewer.remove(at: index)
            change(array, "element dropped", to: "[\(fewer.joined(separator: ", "))]")
        }
    }

    /// A property whose opposite there is: `first`, not the call.
    func found(in member: MemberAccessExprSyntax) {
        guard member.base != nil, let other = CallWords.opposite[member.declName.baseName.text] else { return }
        if let call = member.parent?.as(FunctionCallExprSyntax.self), call.calledExpression.id == member.id { return }
        let token = member.declName.baseName
        change(
            member, "function",
            to: member.with(\.declName.baseName, token.with(\.tokenKind, .identifier(other))).trimmedDescription)
    }

    /// A constant in place of what a function or a property computes.
    func found(returned expression: some ExprSyntaxProtocol) {
        guard let result = places.last?.result else { return }
        guard !expression.is(IfExprSyntax.self), !expression.is(SwitchExprSyntax.self) else { return }
        let constants: [String]
        if result.is(OptionalTypeSyntax.self) {
            constants = ["nil"]
        } else if result.is(ArrayTypeSyntax.self) {
            constants = ["[]"]
        } else {
            switch result.trimmedDescription {
            case "Bool": constants = ["true", "false"]
            case "Int", "UInt8", "UInt16", "UInt32", "UInt64": constants = ["0"]
            default: constants = []
            }
        }
        for constant in constants { change(expression, "returned constant", to: constant) }
    }
}

// SPDX-License-Identifier: Apache-2.0

import SwiftSyntax

extension CandidateFinder {
    /// Another function of the same kind, its arguments changed for each other, or no call at all.
    func found(in call: FunctionCallExprSyntax) {
        swapArguments(call)
        if let callee = call.calledExpression.as(DeclReferenceExprSyntax.self),
            let other = CallWords.opposite[callee.baseName.text]
        {
            change(call.calledExpression, "function", to: other)
        }
        guard let callee = call.calledExpression.as(MemberAccessExprSyntax.self), let base = callee.base else { return }
        let name = callee.declName.baseName.text
        if CallWords.dropped.contains(name) { change(call, "call dropped", to: base.trimmedDescription) }
        let others = quantifier(call, callee, name) ?? CallWords.opposite[name].map { renamed(call, callee, $0) }
        if let others { change(call, "function", to: others) }
    }

    /// All for any, and any for all.
    private func quantifier(_ call: FunctionCallExprSyntax, _ callee: MemberAccessExprSyntax, _ name: String) -> String?
    {
        guard let other = ["allSatisfy": "contains", "contains": "allSatisfy"][name] else { return nil }
        guard let argument = call.arguments.first else { return renamed(call, callee, other) }
        let called = callee.with(\.declName.baseName, .identifier(other)).trimmedDescription
        if name == "allSatisfy" { return "\(called)(where: \(argument.expression.trimmed))" }
        return argument.label?.text == "where" ? "\(called)(\(argument.expression.trimmed))" : nil
    }

    private func renamed(_ call: FunctionCallExprSyntax, _ callee: MemberAccessExprSyntax, _ name: String) -> String {
        let token = callee.declName.baseName
        let other = token.with(\.tokenKind, .identifier(name))
        return call.with(\.calledExpression, ExprSyntax(callee.with(\.declName.baseName, other))).trimmedDescription
    }

    private func swapArguments(_ call: FunctionCallExprSyntax) {
        let arguments = Array(call.arguments)
        for (index, pair) in zip(arguments, arguments.dropFirst()).enumerated() {
            let (first, second) = (pair.0.expression, pair.1.expression)
            guard first.trimmedDescription != second.trimmedDescription else { continue }
            guard ![first, second].contains(where: { $0.is(InOutExprSyntax.self) || $0.is(ClosureExprSyntax.self) })
            else { continue }
            var swapped = arguments
            swapped[index].expression = second.with(\.leadingTrivia, first.leadingTrivia)
            swapped[index + 1].expression = first.with(\.leadingTrivia, second.leadingTrivia)
            change(call, "arguments", to: call.with(\.arguments, LabeledExprListSyntax(swapped)).trimmedDescription)
        }
    }
}

/// Functions of the standard library that have a like.
enum CallWords {
    static let opposite = [
        "min": "max", "max": "min", "first": "last", "last": "first", "firstIndex": "lastIndex",
        "lastIndex": "firstIndex", "prefix": "suffix", "suffix": "prefix", "dropFirst": "dropLast",
        "dropLast": "dropFirst", "hasPrefix": "hasSuffix", "hasSuffix": "hasPrefix", "union": "intersection",
        "intersection": "union",
    ]
    static let dropped: Set = ["filter", "sorted", "reversed", "dropFirst", "dropLast", "prefix", "suffix"]
}

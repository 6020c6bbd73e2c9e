// SPDX-License-Identifier: Apache-2.0

import SwiftSyntax

extension CandidateFinder {
    private static let others: [String: [String]] = [
        "<": ["<=", ">="], "<=": ["<", "=="], ">": [">=", "<="], ">=": [">", "=="],
        "==": ["!=", ">=", "<="], "!=": ["==", "<", ">"],
        "&&": ["||"], "||": ["&&"], "+": ["-"], "-": ["+"], "<<": [">>"], ">>": ["<<"], "&": ["|"], "|": ["&"],
        "&+": ["&-"], "&-": ["&+"], "&<<": ["&>>"], "&>>": ["&<<"],
    ]
    /// Operators one of whose sides can stand alone.
    private static let left: Set = ["&&", "||", "+", "-", "*", "/", "%", "&", "|", "^", "&+", "&-", "&*"]
    private static let right: Set = ["&&", "||", "??", "+"]

    /// Another operator, or one side alone.
    func found(in node: InfixOperatorExprSyntax) {
        guard let token = node.operator.as(BinaryOperatorExprSyntax.self)?.operator else { return }
        let name = token.text
        let (first, second) = (node.leftOperand.trimmedDescription, node.rightOperand.trimmedDescription)
        // A text in two lines.
        if name == "+", first.hasSuffix("\"") || second.hasPrefix("\"") { return }
        for other in Self.others[name] ?? [] {
            // Most numbers here have no sign: nothing is below 0.
            if second == "0", ["==<=", "!=>"].contains(name + other) { continue }
            let changed = node.with(
                \.operator,
                ExprSyntax(BinaryOperatorExprSyntax(operator: token.with(\.tokenKind, .binaryOperator(other)))))
            change(node, "operator", to: changed.trimmedDescription)
        }
        if Self.left.contains(name) { change(node, "operand dropped", to: first) }
        if Self.right.contains(name) { change(node, "operand dropped", to: second) }
        if ["..<", "..."].contains(name) {
            change(node.leftOperand, "bound", to: "(\(first)) + 1")
            change(node.rightOperand, "bound", to: "(\(second)) - 1")
            change(node.rightOperand, "bound", to: "(\(second)) + 1")
        }
    }

    /// A guard or a condition that always or never holds.
    func found(in element: ConditionElementSyntax) {
        guard case .expression(let condition) = element.condition else { return }
        let owner = element.parent?.parent
        if owner?.is(WhileStmtSyntax.self) == true {
            change(condition, "condition", to: "false")
            return
        }
        change(condition, owner?.is(GuardStmtSyntax.self) == true ? "guard dropped" : "condition", to: "true")
        change(condition, "condition", to: "false")
        change(condition, "condition", to: "!(\(condition.trimmed))")
    }
}

// SPDX-License-Identifier: Apache-2.0

import SwiftSyntax

extension CandidateFinder {
    /// A statement that is not there, and what a body of one expression returns.
    func found(in list: CodeBlockItemListSyntax) {
        if list.count == 1, let only = list.first?.item.as(ExprSyntax.self), isBody(list) { found(returned: only) }
        for item in list {
            if let expression = item.item.as(ExprSyntax.self) { found(statement: expression) }
            if let statement = item.item.as(StmtSyntax.self) { found(statement: statement, in: list) }
        }
    }

    /// Of a function or of a property, not of a branch in it.
    private func isBody(_ list: CodeBlockItemListSyntax) -> Bool {
        if list.parent?.is(AccessorBlockSyntax.self) == true { return true }
        let owner = list.parent?.parent
        return owner?.is(FunctionDeclSyntax.self) == true || owner?.is(AccessorDeclSyntax.self) == true
    }

    private func found(statement expression: ExprSyntax) {
        if let attempt = expression.as(TryExprSyntax.self) {
            change(statement: expression, "statement dropped")
            if attempt.questionOrExclamationMark == nil {
                change(statement: expression, "error ignored", to: "do { \(expression.trimmed) } catch {}")
            }
        } else if expression.is(FunctionCallExprSyntax.self) || expression.is(InfixOperatorExprSyntax.self) {
            change(statement: expression, "statement dropped")
        }
    }

    private func found(statement: StmtSyntax, in list: CodeBlockItemListSyntax) {
        // Without its last statement a guard's body would fall through.
        let isGuards = list.parent?.parent?.is(GuardStmtSyntax.self) == true
        if statement.is(ThrowStmtSyntax.self) || statement.is(ContinueStmtSyntax.self)
            || statement.is(ReturnStmtSyntax.self)
        {
            if !isGuards { change(statement: statement, "statement dropped") }
        } else if statement.is(BreakStmtSyntax.self) {
            // A case's own break does nothing.
            if list.parent?.is(SwitchCaseSyntax.self) != true { change(statement: statement, "statement dropped") }
        }
    }

    /// The first for all, or none at all.
    func found(in loop: ForStmtSyntax) {
        change(statement: loop, "statement dropped")
        let end = loop.body.rightBrace.positionAfterSkippingLeadingTrivia.utf8Offset
        insert(
            "first for all", at: end, shown: " /* the first alone */",
            switched: "; if \(Candidate.condition) { break } ",
            place: loop.body.leftBrace.endPositionBeforeTrailingTrivia.utf8Offset)
    }

    /// One pattern of a case, where the others take what it does not.
    func found(in item: SwitchCaseItemSyntax) {
        guard item.whereClause == nil else { return }
        let cases = item.parent?.parent?.parent?.parent?.as(SwitchCaseListSyntax.self) ?? []
        let hasDefault = cases.contains {
            $0.as(SwitchCaseSyntax.self)?.label.is(SwitchDefaultLabelSyntax.self) == true
        }
        guard hasDefault else { return }
        insert(
            "case dropped", at: item.pattern.endPositionBeforeTrailingTrivia.utf8Offset, shown: " where false",
            switched: " where !\(Candidate.condition)")
    }
}

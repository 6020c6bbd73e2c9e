// SPDX-License-Identifier: Apache-2.0

import SwiftSyntax

/// Walks a folded tree and collects what could be changed. What does not compile is the compiler's to say: here are no
/// types.
final class CandidateFinder: SyntaxVisitor {
    /// A declaration with a body, and what it returns.
    struct Place {
        let name: String
        let start: Int
        let end: Int
        /// Nothing where it does not say, and in closures.
        let result: TypeSyntax?
    }

    let file: String
    let source: [UInt8]
    var candidates: [Candidate] = []
    var places: [Place] = []
    private var closures: [Place] = []

    init(file: String, source: [UInt8]) {
        self.file = file
        self.source = source
        super.init(viewMode: .sourceAccurate)
    }

    private func enter(_ name: String, _ node: some SyntaxProtocol, result: TypeSyntax? = nil)
        -> SyntaxVisitorContinueKind
    {
        places.append(
            Place(
                name: name, start: node.positionAfterSkippingLeadingTrivia.utf8Offset,
                end: node.endPositionBeforeTrailingTrivia.utf8Offset, result: result))
        return .visitChildren
    }

    override func visit(_ node: StructDeclSyntax) -> SyntaxVisitorContinueKind { enter(node.name.text, node) }
    override func visitPost(_ node: StructDeclSyntax) { places.removeLast() }
    override func visit(_ node: ClassDeclSyntax) -> SyntaxVisitorContinueKind { enter(node.name.text, node) }
    override func visitPost(_ node: ClassDeclSyntax) { places.removeLast() }
    override func visit(_ node: EnumDeclSyntax) -> SyntaxVisitorContinueKind { enter(node.name.text, node) }
    override func visitPost(_ node: EnumDeclSyntax) { places.removeLast() }
    override func visit(_ node: ExtensionDeclSyntax) -> SyntaxVisitorContinueKind {
        enter(node.extendedType.trimmedDescription, node)
    }
    override func visitPost(_ node: ExtensionDeclSyntax) { places.removeLast() }
    override func visit(_ node: FunctionDeclSyntax) -> SyntaxVisitorContinueKind {
        enter(node.name.text, node, result: node.signature.returnClause?.type)
    }
    override func visitPost(_ node: FunctionDeclSyntax) { places.removeLast() }
    override func visit(_ node: InitializerDeclSyntax) -> SyntaxVisitorContinueKind { enter("init", node) }
    override func visitPost(_ node: InitializerDeclSyntax) { places.removeLast() }
    override func visit(_ node: SubscriptDeclSyntax) -> SyntaxVisitorContinueKind {
        enter("subscript", node, result: node.returnClause.type)
    }
    override func visitPost(_ node: SubscriptDeclSyntax) { places.removeLast() }
    override func visit(_ node: PatternBindingSyntax) -> SyntaxVisitorContinueKind {
        // Of a type or a file: what a function has inside is the function's.
        guard node.accessorBlock != nil || node.parent?.parent?.parent?.is(CodeBlockItemSyntax.self) == false else {
            return .visitChildren
        }
        return enter(node.pattern.trimmedDescription, node, result: node.typeAnnotation?.type)
    }
    override func visitPost(_ node: PatternBindingSyntax) {
        guard node.accessorBlock != nil || node.parent?.parent?.parent?.is(CodeBlockItemSyntax.self) == false else {
            return
        }
        places.removeLast()
    }
    override func visit(_ node: ClosureExprSyntax) -> SyntaxVisitorContinueKind {
        // Of the declaration around it; but what it returns is not known.
        guard let around = places.last else { return .visitChildren }
        places[places.count - 1] = Place(name: around.name, start: around.start, end: around.end, result: nil)
        closures.append(around)
        return .visitChildren
    }
    override func visitPost(_ node: ClosureExprSyntax) {
        guard let around = closures.popLast(), !places.isEmpty else { return }
        places[places.count - 1] = around
    }

    // An attribute's arguments and a pattern's constants have to be literals.
    override func visit(_ node: AttributeSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
    override func visit(_ node: ExpressionPatternSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
    override func visit(_ node: EnumCaseDeclSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
    // What a public function takes by default is compiled into its callers, and those of other modules stay as they are.
    override func visit(_ node: FunctionParameterSyntax) -> SyntaxVisitorContinueKind {
        let declaration = sequence(first: node.parent, next: { $0?.parent }).lazy.compactMap {
            $0?.asProtocol(WithModifiersSyntax.self)
        }.first
        return declaration?.modifiers.contains { $0.name.text == "public" } == true ? .skipChildren : .visitChildren
    }
    override func visit(_ node: StringLiteralExprSyntax) -> SyntaxVisitorContinueKind { .skipChildren }

    override func visit(_ node: InfixOperatorExprSyntax) -> SyntaxVisitorContinueKind {
        found(in: node)
        return .visitChildren
    }
    override func visit(_ node: PrefixOperatorExprSyntax) -> SyntaxVisitorContinueKind {
        if node.operator.text == "!" { change(node, "negation", to: node.expression.trimmedDescription) }
        return .visitChildren
    }
    override func visit(_ node: FunctionCallExprSyntax) -> SyntaxVisitorContinueKind {
        found(in: node)
        return .visitChildren
    }
    override func visit(_ node: MemberAccessExprSyntax) -> SyntaxVisitorContinueKind {
        found(in: node)
        return .visitChildren
    }
    override func visit(_ node: IntegerLiteralExprSyntax) -> SyntaxVisitorContinueKind {
        found(in: node)
        return .visitChildren
    }
    override func visit(_ node: BooleanLiteralExprSyntax) -> SyntaxVisitorContinueKind {
        change(node, "constant", to: node.literal.text == "true" ? "false" : "true")
        return .visitChildren
    }
    override func visit(_ node: ArrayExprSyntax) -> SyntaxVisitorContinueKind {
        found(in: node)
        return .visitChildren
    }
    override func visit(_ node: ConditionElementSyntax) -> SyntaxVisitorContinueKind {
        found(in: node)
        return .visitChildren
    }
    override func visit(_ node: WhereClauseSyntax) -> SyntaxVisitorContinueKind {
        change(node.condition, "condition", to: "true")
        change(node.condition, "condition", to: "false")
        return .visitChildren
    }
    override func visit(_ node: TernaryExprSyntax) -> SyntaxVisitorContinueKind {
        change(node.condition, "condition", to: "!(\(node.condition.trimmed))")
        return .visitChildren
    }
    override func visit(_ node: ForStmtSyntax) -> SyntaxVisitorContinueKind {
        found(in: node)
        return .visitChildren
    }
    override func visit(_ node: SwitchCaseItemSyntax) -> SyntaxVisitorContinueKind {
        found(in: node)
        // Not the pattern: its constants have to be literals.
        return .visitChildren
    }
    override func visit(_ node: CodeBlockItemListSyntax) -> SyntaxVisitorContinueKind {
        found(in: node)
        return .visitChildren
    }
    override func visit(_ node: ReturnStmtSyntax) -> SyntaxVisitorContinueKind {
        if let expression = node.expression { found(returned: expression) }
        return .visitChildren
    }
}

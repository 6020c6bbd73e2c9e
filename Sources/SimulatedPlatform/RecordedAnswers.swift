// SPDX-License-Identifier: Apache-2.0

import Platform

/// What a real boot's trace says of each operation, for a launch that is to get the same answers. Host and TPM of one
/// replay share it. It gives answers as long as the launch asks what the recorded one asked.
public final class RecordedAnswers {
    public struct Answer: Sendable {
        public var operation: Platform.Operation
        public var domid: DomainID?
        /// Zero, -errno, or the TSS2_RC.
        public var result: Int64
        /// When it came, in microseconds.
        public var end: UInt64
        /// Domains that had shut down by then, where the operation tells.
        public var shutDown: [(domid: DomainID, reason: ShutdownReason)]

        public init(
            operation: Platform.Operation, domid: DomainID?, result: Int64, end: UInt64,
            shutDown: [(domid: DomainID, reason: ShutdownReason)] = []
        ) {
            self.operation = operation
            self.domid = domid
            self.result = result
            self.end = end
            self.shutDown = shutDown
        }
    }

    private let answers: [Answer]
    private var next = 0
    /// The launch asked something else than the recorded one.
    public private(set) var isOver = false

    public init(_ answers: [Answer]) { self.answers = answers }

    private static func isInXenstore(_ operation: Platform.Operation) -> Bool {
        operation == .xenstoreWrite || operation == .xenstoreRead
    }

    func answer(_ operation: Platform.Operation, _ domid: DomainID?) -> Answer? {
        // One entry stands for all nodes of a domain: what is in xenstore is the replay's own.
        if Self.isInXenstore(operation) { return nil }
        while next < answers.count, Self.isInXenstore(answers[next].operation) { next += 1 }
        guard !isOver, next < answers.count, answers[next].operation == operation, answers[next].domid == domid else {
            isOver = true
            return nil
        }
        next += 1
        return answers[next - 1]
    }
}

// SPDX-License-Identifier: Apache-2.0

/// One thing that was looked at, and what came of it.
public struct Check: Equatable, Sendable {
    public enum Subject: String, Sendable {
        case log, launch, pcrs, quote, expected, evidence, launcher
    }

    public enum Status: String, Sendable {
        case ok
        /// For whoever reads it to weigh; the verdict does not count it.
        case note
        /// Something is missing that was declared to be not needed.
        case warning
        case failed
    }

    public let subject: Subject
    public let status: Status
    public let text: String

    public init(_ subject: Subject, _ status: Status, _ text: String) {
        self.subject = subject
        self.status = status
        self.text = text
    }
}

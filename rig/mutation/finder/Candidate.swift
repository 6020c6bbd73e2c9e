// SPDX-License-Identifier: Apache-2.0

/// One mutant that a source permits.
struct Candidate: Codable {
    /// The source's path, as it was given.
    let file: String
    /// The declarations around it, the outermost first: `Recorder.record`.
    let place: String
    /// Where that declaration begins and ends, in bytes.
    let placeStart: Int
    let placeEnd: Int
    /// What is replaced, in bytes.
    let start: Int
    let end: Int
    /// From 1.
    let line: Int
    /// Which operator made it.
    let kind: String
    /// The lines around it as they are, and as the mutant has them, with single blanks.
    let before: String
    let after: String
    /// What takes the place of these bytes: both texts and a choice. `Candidate.condition` stands for the mutant's number.
    let switched: String

    /// True if the mutant is chosen; the driver puts the number between the parentheses.
    static let condition = "mutant(#)"
}

// SPDX-License-Identifier: Apache-2.0

/// Why the ACPI tables do not give an LCM.
public enum ContainerError: Error, Equatable, Sendable {
    case tableCutShort(declared: Int, actual: Int)
    /// The table's bytes sum to this instead of zero.
    case badChecksum(sum: UInt8)
    case badPartHeader
    /// Parts disagree on their count, the whole's length or its digest.
    case partsDisagree
    case partOutOfRange(part: Int, parts: Int)
    case duplicatePart(part: Int)
    case missingPart(part: Int, parts: Int)
    /// The parts together are not as long as the whole should be.
    case cutShort(declared: Int, actual: Int)
    case tooLarge(byteCount: Int)
    /// The LCM's SHA-256 is not the one in its parts' headers.
    case digestMismatch
}

// SPDX-License-Identifier: Apache-2.0

import Platform

/// The MODULE_CHECKSUM entries: at +8 the module's index, at +9 the algorithm, at +10 the digest's length, then the
/// digest. The prototype never numbered its algorithms; here it is the low byte of the TPM_ALG_ID. What is hashed is what
/// `domb,digest` is of: the module as it lies in the domain's memory.
struct XLCMChecksums {
    private var digests: [(index: UInt8, digest: Digest)] = []

    init(_ file: XLCM, _ problems: ProblemList) {
        for entry in file.entries where entry.type == .moduleChecksum {
            do throws(ParseError) {
                let (index, digest) = try Self.read(entry)
                if self.digest(of: index) != nil { throw ParseError(.duplicateName, at: entry.start) }
                digests.append((index, digest))
            } catch {
                problems.report(error)
            }
        }
    }

    private static func read(_ entry: XLCM.Entry) throws(ParseError) -> (UInt8, Digest) {
        guard entry.bytes.count >= 12 else { throw ParseError(.badPropertyLength, at: entry.start) }
        let index = UInt8(entry.integer(8, 1))
        // DomB hashes content by SHA-256 alone: a digest by another could not be compared, and must not pass for one.
        guard entry.integer(9, 1) == UInt64(HashAlgorithm.sha256.rawValue & 0xFF) else {
            throw ParseError(.badPropertyValue, at: entry.start + 9)
        }
        let count = Int(entry.integer(10, 2))
        guard index != 0 else { throw ParseError(.badPropertyValue, at: entry.start + 8) }
        guard count == HashAlgorithm.sha256.digestSize, 12 + count <= entry.bytes.count,
            let digest = Digest(.sha256, bytes: entry.field(12, count))
        else { throw ParseError(.badPropertyLength, at: entry.start + 10) }
        guard entry.isZero(from: 12 + count) else { throw ParseError(.trailingData, at: entry.start + 12 + count) }
        return (index, digest)
    }

    func digest(of index: UInt8) -> Digest? { digests.first { $0.index == index }?.digest }
}

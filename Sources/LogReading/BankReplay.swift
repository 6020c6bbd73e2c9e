// SPDX-License-Identifier: Apache-2.0

import Platform

/// One bank's digests against the data, and the PCR that they lead to.
struct BankReplay: Sendable {
    /// The PCR after the last record, starting from zeros.
    let value: Digest
    /// Indices of the records whose digest is not that of their data, ascending.
    let wrong: [Int]

    init<Hash: ContentHash>(_ records: LogRecords, bank: Int, hashing: Hash.Type) {
        let algorithm = records.banks[bank]
        var chain = PCRChain<Hash>(algorithm)
        var wrong: [Int] = []
        for index in records.indices {
            let recorded = records.log.span.extracting(records.digest(of: index, bank: bank))
            let data = records.log.span.extracting(records.places[index].data)
            if !Self.equal(Hash.digest(algorithm, of: data).bytes, recorded) { wrong.append(index) }
            chain.extend(recorded)
        }
        value = chain.value
        self.wrong = wrong
    }

    private static func equal(_ bytes: [UInt8], _ other: Span<UInt8>) -> Bool {
        guard bytes.count == other.count else { return false }
        for index in other.indices where bytes[index] != other[index] { return false }
        return true
    }
}

/// A PCR of one bank, extended by digest after digest.
struct PCRChain<Hash: ContentHash> {
    private(set) var value: Digest
    /// The value, and behind it what it is extended by.
    private var buffer: [UInt8]

    init(_ algorithm: HashAlgorithm) {
        value = Digest(algorithm, exactly: [UInt8](repeating: 0, count: algorithm.digestSize))
        buffer = [UInt8](repeating: 0, count: 2 * algorithm.digestSize)
    }

    /// `digest` has the algorithm's size.
    mutating func extend(_ digest: Span<UInt8>) {
        let size = value.bytes.count
        for index in 0..<size {
            buffer[index] = value.bytes[index]
            buffer[size + index] = digest[index]
        }
        value = Hash.digest(value.algorithm, of: buffer.span)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform

/// What a verifier gets from elsewhere; the first byte says which of it.
func fuzz(_ input: [UInt8]) {
    guard let kind = input.first else { return }
    let bytes = [UInt8](input.dropFirst())
    switch kind {
    case 0: firmwareLog(bytes)
    case 1:
        guard let quote = try? TPMQuote(parsing: bytes) else { return }
        precondition(quote.message.count == bytes.count || quote.message.count == bytes.count - 2)
        for pcr in 0..<PCRIndex.count { _ = quote.banks(selecting: pcr) }
    case 2: _ = try? TPMSignature(parsing: bytes)
    case 3:
        guard let values = try? PCRValues(parsing: bytes) else { return }
        for bank in HashAlgorithm.allCases { _ = values.value(bank, 11) }
    case 4:
        let digest = PortableExecutable(bytes)?.digest(.sha256, hashing: ZeroHash.self)
        precondition(digest == nil || bytes.count > 64)
    case 5:
        precondition(goldenBootIsProven())
        relabelling(bytes)
    default: return
    }
}

private func firmwareLog(_ bytes: [UInt8]) {
    guard let log = try? FirmwareLog(parsing: bytes) else { return }
    for bank in log.banks {
        precondition(log.values(bank, hashing: ZeroHash.self).count == Int(PCRIndex.count))
    }
}

// SPDX-License-Identifier: Apache-2.0

/// A domain's memory, where its images lie. Only ever mapped read-only.
public protocol ImageSource: ~Copyable {
    /// Copies `byteCount` bytes from guest-physical `address`. For small things that are then parsed or compared:
    /// the copy is what counts. The corresponding C function is `xenforeignmemory_map`.
    mutating func read(_ domid: DomainID, at address: UInt64, byteCount: Int) throws(HypercallError) -> [UInt8]

    /// Hashes `byteCount` bytes from guest-physical `address` straight from the mapping.
    /// The corresponding C function is `xenforeignmemory_map`.
    mutating func hash<Hash: ContentHash>(
        _ domid: DomainID, at address: UInt64, byteCount: UInt64, into hash: inout Hash
    ) throws(HypercallError)
}

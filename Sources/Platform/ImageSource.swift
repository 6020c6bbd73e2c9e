// SPDX-License-Identifier: Apache-2.0

/// A domain's memory. Mapped read-only, but for the one place where the LCM wants the log.
public protocol ImageSource: ~Copyable {
    /// Copies `byteCount` bytes from guest-physical `address`. For small things that are then parsed or compared:
    /// the copy is what counts. The corresponding C function is `xenforeignmemory_map`.
    mutating func read(_ domid: DomainID, at address: UInt64, byteCount: Int) throws(HypercallError) -> [UInt8]

    /// Tells which regions `digest` will be asked for, in the order of the questions, so that hashing can begin on as
    /// many cpus as there are. No digest depends on it. The domains must not run before `endHashing`.
    mutating func beginHashing(_ regions: [ContentRegion])

    /// SHA-256 of a region's bytes, straight from the mapping.
    /// The corresponding C function is `xenforeignmemory_map`.
    mutating func digest<Hash: ContentHash>(
        of region: ContentRegion, hashing: Hash.Type
    ) throws(HypercallError) -> Digest

    /// Ends what `beginHashing` began and nobody asked for any more. Nothing is mapped after it.
    mutating func endHashing()

    /// The address of the first byte that is not zero; `nil` if all of them are.
    /// The corresponding C function is `xenforeignmemory_map`.
    mutating func firstNonZero(
        _ domid: DomainID, at address: UInt64, byteCount: UInt64
    ) throws(HypercallError) -> UInt64?

    /// The highest frame of the domain's memory. The corresponding C function is `xc_domain_maximum_gpfn`.
    mutating func maximumFrame(_ domid: DomainID) throws(HypercallError) -> UInt64

    /// The frames of a range that have a page of the domain's, as the longest runs of them, in ascending order. A page
    /// that Xen itself shares with the domain (`is_special_page`) is not among them.
    /// The corresponding C function is `xc_get_pfn_type_batch`, for 1,024 frames at a time.
    mutating func frames(_ domid: DomainID, in range: Range<UInt64>) throws(HypercallError) -> [Range<UInt64>]

    /// Writes into the domain's memory. The corresponding C function is `xenforeignmemory_map`.
    mutating func write(_ domid: DomainID, at address: UInt64, _ bytes: [UInt8]) throws(HypercallError)
}

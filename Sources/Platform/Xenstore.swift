// SPDX-License-Identifier: Apache-2.0

/// What a launch asks of the host's xenstore (Xen, docs/misc/xenstore.txt).
/// Each method fails with the errno that libxenstore gave.
public protocol Xenstore: ~Copyable {
    /// Connects. From then on a request fails with ETIMEDOUT once xenstored has been silent for so many microseconds. The
    /// corresponding C function is `xs_open`.
    mutating func openXenstore(patience: UInt64) throws(HypercallError)
    /// Whether the node is there that tells of a domain's readiness, with this value if one is given. The corresponding C
    /// function is `xs_read`.
    mutating func isThere(_ path: [UInt8], _ value: [UInt8]?, of domid: DomainID) throws(HypercallError) -> Bool
    /// Everything that is written up to `endTransaction` is there at once or not at all. The corresponding C function is
    /// `xs_transaction_start`.
    mutating func beginTransaction() throws(HypercallError)
    /// A domain's nodes, within the transaction; `done` counts those that are written. The corresponding C functions are
    /// `xs_write` and `xs_set_permissions`.
    mutating func write(_ nodes: [XenstoreNode], of domid: DomainID, done: inout Int) throws(HypercallError)
    /// Whether a domain's nodes have the values that were written; `done` counts those that have. The corresponding C
    /// function is `xs_read`.
    mutating func areKept(
        _ nodes: [XenstoreNode], of domid: DomainID, done: inout Int
    ) throws(HypercallError) -> Bool
    /// `false` where somebody else changed what the transaction saw (EAGAIN): nothing was written. The corresponding C
    /// function is `xs_transaction_end`.
    mutating func endTransaction(abort: Bool) throws(HypercallError) -> Bool
    /// Lets xenstored serve the domain on its ring. The corresponding C function is `xs_introduce_domain`.
    mutating func introduce(_ domid: DomainID, frame: UInt64, port: UInt32) throws(HypercallError)
    /// The corresponding C function is `xs_is_domain_introduced`.
    mutating func isIntroduced(_ domid: DomainID) throws(HypercallError) -> Bool
    /// Asks to be told of changes of the node, and of what is below it. The corresponding C
    /// function is `xs_watch`.
    mutating func watchNode(_ path: [UInt8]) throws(HypercallError)
    /// Waits for any watched node to change, at most so many microseconds; `false` if none did. The corresponding C
    /// function is `xs_check_watch`.
    mutating func waitForXenstore(microseconds: UInt64) throws(HypercallError) -> Bool
}

/// One node of xenstore, as a launch writes it.
public struct XenstoreNode: Equatable, Sendable {
    /// Absolute, without an end mark.
    public let path: [UInt8]
    /// Any bytes; libxl's nodes are texts.
    public let value: [UInt8]
    /// `nil`: those of its parent.
    public let access: XenstoreAccess?

    public init(path: [UInt8], value: [UInt8], access: XenstoreAccess? = nil) {
        self.path = path
        self.value = value
        self.access = access
    }
}

/// Who may do what with a node. Privileged connections may do everything.
public struct XenstoreAccess: Equatable, Sendable {
    /// May do everything.
    public let owner: DomainID
    /// May read it too; all others may do nothing.
    public let readers: [DomainID]

    public init(owner: DomainID, readers: [DomainID] = []) {
        self.owner = owner
        self.readers = readers
    }
}

/// An entry of a grant table that Xen's tools keep for a domain's rings (xen/public/grant_table.h), version 1.
public struct ReservedGrant: Equatable, Sendable {
    /// The entry's number.
    public enum Reference: UInt32, Sendable {
        /// GNTTAB_RESERVED_CONSOLE
        case console = 0
        /// GNTTAB_RESERVED_XENSTORE
        case xenstore = 1

        /// The parameter that names the ring's frame.
        public var frameParameter: HVMParameter { self == .xenstore ? .xenstoreFrame : .consoleFrame }
        /// The parameter that names the domain's own port.
        public var channelParameter: HVMParameter { self == .xenstore ? .xenstoreChannel : .consoleChannel }
    }

    /// Which entry.
    public let reference: Reference
    /// The domain's frame; 32 bits in version 1.
    public let frame: UInt32
    /// Who may map it, for writing too.
    public let grantee: DomainID

    public init(_ reference: Reference, frame: UInt32, grantee: DomainID) {
        self.reference = reference
        self.frame = frame
        self.grantee = grantee
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// An event of a launch: what a record of the log says. docs/event-log.md has the byte layout of each.
public enum LaunchEvent: Equatable, Sendable {
    /// Who launches, on what.
    case identity(Identity)
    /// The LCM's size in bytes and SHA-256.
    case module(byteCount: UInt64, digest: Digest)
    /// The program that an `exec` handoff runs.
    case nextInit(path: [UInt8], byteCount: UInt64, digest: Digest)
    case domain(DomainRecord)
    /// The end: the count of records before, and SHA-256 over their event data.
    case cap(records: UInt32, digest: Digest)
    case error(ErrorRecord)
    /// No TPM answered, and the policy goes on without.
    case unmeasured(TPMPolicy)

    /// The number in the record. A reader refuses any other.
    public var kind: UInt16 {
        switch self {
        case .identity: 1
        case .module: 2
        case .nextInit: 3
        case .domain: 4
        case .cap: 5
        case .error: 6
        case .unmeasured: 7
        }
    }

    public struct Identity: Equatable, Sendable {
        /// The GNU build id of domb-init.
        public var buildID: [UInt8]
        /// The boot domain's kernel command line.
        public var commandLine: [UInt8]
        public var xenVersion: [UInt8]
        public var xenBuildID: [UInt8]
        public var xenCommandLine: [UInt8]

        public init(
            buildID: [UInt8], commandLine: [UInt8], xenVersion: [UInt8], xenBuildID: [UInt8], xenCommandLine: [UInt8]
        ) {
            self.buildID = buildID
            self.commandLine = commandLine
            self.xenVersion = xenVersion
            self.xenBuildID = xenBuildID
            self.xenCommandLine = xenCommandLine
        }
    }

    public struct DomainRecord: Equatable, Sendable {
        public var domid: DomainID
        public var name: [UInt8]
        /// The handle that the LCM gives; unset where it gives none.
        public var handle: DomainHandle
        public var roles: DomainRoles
        public var coverage: Coverage
        /// vcpu 0's instruction pointer.
        public var entry: UInt64
        public var commandLine: [UInt8]
        public var images: [MeasuredImage]

        public init(
            domid: DomainID, name: [UInt8], handle: DomainHandle, roles: DomainRoles, coverage: Coverage, entry: UInt64,
            commandLine: [UInt8], images: [MeasuredImage]
        ) {
            self.domid = domid
            self.name = name
            self.handle = handle
            self.roles = roles
            self.coverage = coverage
            self.entry = entry
            self.commandLine = commandLine
            self.images = images
        }
    }

    public struct ErrorRecord: Equatable, Sendable {
        /// LaunchFailure.Stage's number.
        public var stage: UInt8
        public var domid: DomainID?
        /// What the console said.
        public var text: [UInt8]

        public init(stage: UInt8, domid: DomainID?, text: [UInt8]) {
            self.stage = stage
            self.domid = domid
            self.text = text
        }
    }
}

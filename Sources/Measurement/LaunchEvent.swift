// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// An event of a launch: what a record of the log says. docs/event-log.md has the byte layout of each.
public enum LaunchEvent: Equatable, Sendable {
    /// Who launches, on what.
    case identity(Identity)
    /// The LCM's size in bytes and SHA-256.
    case lcm(byteCount: UInt64, digest: Digest)
    /// The program that an `exec` handoff runs.
    case nextInit(path: [UInt8], byteCount: UInt64, digest: Digest)
    case domain(DomainRecord)
    /// The end: the count of records before, and SHA-256 over their event data.
    case cap(records: UInt32, digest: Digest)
    /// What ended the launch, or left a domain out: LaunchFailure.Stage's number, whom it is about if anybody, and what
    /// the console said.
    case error(stage: UInt8, domid: DomainID?, text: [UInt8])
    /// No TPM answered, and the policy goes on without.
    case unmeasured(TPMPolicy)
    case configuration(Configuration)

    /// The number in the record. A reader refuses any other.
    public var kind: UInt16 {
        switch self {
        case .identity(let identity): identity.launcher == .bootDomain ? 1 : 9
        case .lcm: 2
        case .nextInit: 3
        case .domain: 4
        case .cap: 5
        case .error: 6
        case .unmeasured: 7
        case .configuration: 8
        }
    }

    /// Who launches: everything about it that can be told from inside.
    public struct Identity: Equatable, Sendable {
        /// In what position DomB ran.
        public enum Launcher: Sendable {
            /// PID 1 of the boot domain.
            case bootDomain
            /// An ordinary command of a dom0 that runs already: nothing there holds the rest of dom0 back.
            case command
        }

        /// Kind 1 or kind 9 of the log.
        public var launcher: Launcher
        /// The GNU build id of domb-init.
        public var buildID: [UInt8]
        /// The boot domain's kernel command line.
        public var commandLine: [UInt8]
        /// XENVER_version and XENVER_extraversion2.
        public var xenVersion: [UInt8]
        /// XENVER_build_id; empty where Xen has none.
        public var xenBuildID: [UInt8]
        /// XENVER_commandline2.
        public var xenCommandLine: [UInt8]
        /// Whether FLASK is there, and enforces.
        public var securityMode: SecurityMode

        public init(
            launcher: Launcher = .bootDomain, buildID: [UInt8], commandLine: [UInt8], xenVersion: [UInt8],
            xenBuildID: [UInt8], xenCommandLine: [UInt8], securityMode: SecurityMode
        ) {
            self.launcher = launcher
            self.buildID = buildID
            self.commandLine = commandLine
            self.xenVersion = xenVersion
            self.xenBuildID = xenBuildID
            self.xenCommandLine = xenCommandLine
            self.securityMode = securityMode
        }

        func append(to body: inout [UInt8]) {
            for field in [buildID, commandLine, xenVersion, xenBuildID, xenCommandLine] { body.append(counted: field) }
            body.append(word: securityMode.rawValue)
        }
    }
}

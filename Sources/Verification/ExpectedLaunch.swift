// SPDX-License-Identifier: Apache-2.0

import Platform

/// A launch as it was predicted: what `domb predict --json` prints.
public struct ExpectedLaunch: Sendable {
    /// One domain's record.
    public struct Domain: Sendable {
        public let domid: UInt16
        /// As the file has it, for people.
        public let name: String
        /// SHA-256 over the record's event data.
        public let record: Digest

        public init(domid: UInt16, name: String, record: Digest) {
            self.domid = domid
            self.name = name
            self.record = record
        }
    }

    /// The log's first record, as people read it: hexadecimal digits, and text with what cannot be printed escaped.
    public struct Identity: Sendable {
        public let buildID: String
        public let commandLine: String
        public let xenVersion: String
        public let xenBuildID: String
        public let xenCommandLine: String
        public let xsm: String

        public init(
            buildID: String, commandLine: String, xenVersion: String, xenBuildID: String, xenCommandLine: String,
            xsm: String
        ) {
            self.buildID = buildID
            self.commandLine = commandLine
            self.xenVersion = xenVersion
            self.xenBuildID = xenBuildID
            self.xenCommandLine = xenCommandLine
            self.xsm = xsm
        }
    }

    /// Where it was read, for people.
    public let source: String
    public let pcr: UInt8
    /// The PCR's values, by bank.
    public let values: [Digest]
    /// In LCM order.
    public let domains: [Domain]
    /// SHA-256 of the LCM; `nil` where the file does not say.
    public let lcm: Digest?
    /// What the log's first record has to say; `nil` where the file does not.
    public let identity: Identity?

    public init(
        source: String, pcr: UInt8, values: [Digest], domains: [Domain] = [], lcm: Digest? = nil,
        identity: Identity? = nil
    ) {
        self.source = source
        self.pcr = pcr
        self.values = values
        self.domains = domains
        self.lcm = lcm
        self.identity = identity
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform

/// What a verifier has besides the log.
public struct Evidence: Sendable {
    public struct Quote: Sendable {
        public let quote: TPMQuote
        public let signature: TPMSignature
        public let key: AttestationKey
        /// What the verifier asked the TPM to sign with it: without it an old quote would do.
        public let nonce: [UInt8]

        public init(quote: TPMQuote, signature: TPMSignature, key: AttestationKey, nonce: [UInt8]) {
            self.quote = quote
            self.signature = signature
            self.key = key
            self.nonce = nonce
        }
    }

    /// Values from before the launch: what `domb predict` prints.
    public struct Expected: Sendable {
        public let pcr: UInt8
        public let values: [Digest]

        public init(pcr: UInt8, values: [Digest]) {
            self.pcr = pcr
            self.values = values
        }
    }

    public var pcrs: PCRValues?
    public var quote: Quote?
    public var expected: Expected?
    public var firmwareLog: FirmwareLog?
    public var launcherFiles: [LauncherFile] = []
    /// Files that the boot loader may have read, and need not: its modules.
    public var launcherModules: [LauncherFile] = []
    /// Who launched is proven elsewhere, or not at all: that is said, and not counted.
    public var withoutLauncher = false
    /// Only whether the log contradicts itself.
    public var logOnly = false
    /// A launch by a command of a running dom0 will do.
    public var allowCommand = false

    public init() {}
}

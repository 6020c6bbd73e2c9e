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

    /// The PCR that the log has to be of. The log names one itself, and is the attester's to write.
    public var pcr = PCRIndex.standard
    public var pcrs: PCRValues?
    public var quote: Quote?
    /// The log has to be one of them.
    public var expected: [ExpectedLaunch] = []
    public var firmwareLog: FirmwareLog?
    /// PCR values of a boot that was trusted.
    public var baseline: PCRValues?
    public var launcherFiles: [LauncherFile] = []
    /// Files that the boot loader may have read, and need not: its modules.
    public var launcherModules: [LauncherFile] = []
    /// Who launched is proven elsewhere, or not at all: that is said, and not counted.
    public var withoutLauncher = false
    /// Only whether the log contradicts itself.
    public var logOnly = false
    /// A launch by a command of a running dom0 will do.
    public var allowCommand = false
    /// SHA-1 alone will do.
    public var allowSHA1 = false

    public init() {}

    /// Whether a value of the bank proves what was extended: of SHA-1 a second file with the same digest can be made.
    func isStrong(_ bank: HashAlgorithm) -> Bool { bank != .sha1 || allowSHA1 }
}

// SPDX-License-Identifier: Apache-2.0

/// The TPM, as far as a launch uses it. Every method is one command; nothing is repeated here.
public protocol TPMDevice: ~Copyable {
    /// The TPM_ALG_IDs of the banks in which `pcr` is allocated, as the TPM lists them. TPM2_GetCapability(TPM_CAP_PCRS).
    mutating func activeBanks(pcr: PCRIndex) throws(TPMError) -> [UInt16]
    /// Who made the TPM. TPM2_GetCapability(TPM_CAP_TPM_PROPERTIES).
    mutating func identity() throws(TPMError) -> TPMIdentity
    /// How often the TPM was reset and restarted. TPM2_ReadClock.
    mutating func resetCounts() throws(TPMError) -> TPMResetCounts
    /// The TPM_RC of the self test: what a TPM in failure mode still answers. TPM2_GetTestResult.
    mutating func testResult() throws(TPMError) -> UInt32
    /// Sends what follows from this locality. A transport that cannot gives TSS2_TCTI_RC_NOT_IMPLEMENTED.
    /// The corresponding C function is `Tss2_Tcti_SetLocality`.
    mutating func setLocality(_ locality: UInt8) throws(TPMError)
    /// Extends every digest into its bank by one command. TPM2_PCR_Extend.
    mutating func extend(_ pcr: PCRIndex, _ digests: [Digest]) throws(TPMError)
    /// Reads one PCR in the banks named, in that order. TPM2_PCR_Read.
    mutating func read(_ pcr: PCRIndex, banks: [HashAlgorithm]) throws(TPMError) -> [Digest]
}

/// A PCR of the PC Client profile: 0 to 23.
public struct PCRIndex: Equatable, Sendable {
    /// 0 to 23.
    public let rawValue: UInt8

    /// Of the PC Client profile.
    public static let count: UInt8 = 24
    /// The default: free of firmware's use, static, not resettable (TCG PC Client Platform Firmware Profile, 2.3.4).
    public static let standard = PCRIndex(uncheckedRawValue: 11)

    public init?(rawValue: UInt32) {
        guard rawValue < UInt32(Self.count) else { return nil }
        self.rawValue = UInt8(rawValue)
    }

    private init(uncheckedRawValue: UInt8) { rawValue = uncheckedRawValue }

    /// Whether a launch may be measured there: 0 to 9 are extended by firmware and boot loader, whose log explains them, and
    /// 16 and 23 can be reset by software.
    public var mayHoldLaunch: Bool { rawValue > 9 && rawValue != 16 && rawValue != 23 }

    /// 17 to 22 take extends from locality 2 only, which a stock Linux does not give.
    public var needsLocality: Bool { (17...22).contains(rawValue) }
}

/// What a TPM says of itself (TPM 2.0 Library, part 2, 6.13: TPM_PT). For the trace alone: nothing in the event log may
/// depend on it (I4).
public struct TPMIdentity: Equatable, Sendable {
    /// TPM_PT_MANUFACTURER, four characters: "IBM" and a zero for swtpm.
    public var manufacturer: [UInt8]
    /// TPM_PT_VENDOR_STRING_1 to 4, without the zeros at the end.
    public var vendor: [UInt8]
    /// TPM_PT_FIRMWARE_VERSION_1 in the high half, 2 in the low one.
    public var firmware: UInt64

    public init(manufacturer: [UInt8], vendor: [UInt8], firmware: UInt64) {
        self.manufacturer = manufacturer
        self.vendor = vendor
        self.firmware = firmware
    }
}

/// TPMS_CLOCK_INFO (part 2, 10.11.1).
public struct TPMResetCounts: Equatable, Sendable {
    /// TPM resets since the TPM was cleared: another one, and the PCRs have begun anew.
    public var reset: UInt32
    /// TPM restarts and resumes since the last reset.
    public var restart: UInt32

    public init(reset: UInt32, restart: UInt32) {
        self.reset = reset
        self.restart = restart
    }
}

/// A TPM command failed.
public struct TPMError: Error, Equatable, Sendable {
    /// The command that failed.
    public let operation: Operation
    /// The TSS2_RC: the layer in bits 16 to 23, zero for the TPM's own response code (TPM 2.0 Library, part 2, 6.6).
    public let responseCode: UInt32

    public init(_ operation: Operation, responseCode: UInt32) {
        self.operation = operation
        self.responseCode = responseCode
    }

    /// The TPM put the command off and has not begun it (TPM 2.0 Library, part 2, 6.6.3): TPM_RC_YIELDED, TESTING,
    /// NV_RATE, RETRY.
    public var isPutOff: Bool { [0x908, 0x90A, 0x920, 0x922].contains(responseCode) }

    /// Whether the command may have been carried out all the same: the answer was lost or damaged on its way (a code of
    /// a layer above the TPM), or it was cancelled (TPM_RC_CANCELED).
    public var leavesOutcomeOpen: Bool { responseCode >> 16 != 0 || responseCode == 0x909 }

    /// No answer came: a code of the TCTI's layer.
    public var isAbsence: Bool { responseCode >> 16 & 0xFF == 0x0A }

    /// TPM_RC_FAILURE: the TPM's self test failed, and it does nothing any more.
    public var isFailureMode: Bool { responseCode == 0x101 }
}

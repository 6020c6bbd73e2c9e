// SPDX-License-Identifier: Apache-2.0

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

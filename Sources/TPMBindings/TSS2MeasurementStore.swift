// SPDX-License-Identifier: Apache-2.0

import CTSSShim
import Platform

/// The TPM through tss2's SAPI over the device TCTI. Owns the contexts.
///
/// It opens /dev/tpm0, not the resource manager: an extend needs no handles, and as long as it is open nobody else can
/// open it (docs/tpm-access.md). A device that cannot be opened is a TPM that does not answer: every command then
/// fails with the code of the opening.
@safe public struct TSS2MeasurementStore: MeasurementStore, ~Copyable {
    // Safety: opened in init, closed in deinit, never handed out.
    private let context: OpaquePointer?
    private let openingCode: UInt32

    /// The corresponding C functions are `Tss2_Tcti_Device_Init` and `Tss2_Sys_Initialize`.
    public init(device: StaticString) {
        let path = Line(device).bytes.map { CChar(bitPattern: $0) } + [0]
        var opened: OpaquePointer?
        // Safety: the path ends in zero; the shim sets the pointer if it returns zero.
        openingCode = unsafe path.withUnsafeBufferPointer { unsafe domb_tpm_open($0.baseAddress, &opened) }
        unsafe context = opened
    }

    /// A TPM that was opened by another transport; `code` is the opening's TSS2_RC.
    /// Safety: nobody else uses or closes `opened`.
    @unsafe public init(adopting opened: OpaquePointer?, code: UInt32) {
        unsafe context = opened
        openingCode = code
    }

    deinit {
        // Safety: the contexts are this value's alone, and this is their end.
        if let context = unsafe context { unsafe domb_tpm_close(context) }
    }

    private func opened(_ operation: Operation) throws(TPMError) -> OpaquePointer {
        guard let context = unsafe context else { throw TPMError(operation, responseCode: openingCode) }
        return unsafe context
    }

    public mutating func activeBanks(pcr: PCRIndex) throws(TPMError) -> [UInt16] {
        let context = unsafe try opened(.getCapability)
        // TPM2_NUM_PCR_BANKS.
        var algorithms = [UInt16](repeating: 0, count: 16)
        var count = algorithms.count
        // Safety: the array has the capacity given, and the shim says how many it filled.
        let code = unsafe algorithms.withUnsafeMutableBufferPointer {
            unsafe domb_tpm_active_banks(context, UInt32(pcr.rawValue), $0.baseAddress, &count)
        }
        try check(.getCapability, code)
        return [UInt16](algorithms.prefix(count))
    }

    public mutating func identity() throws(TPMError) -> TPMIdentity {
        let context = unsafe try opened(.getCapability)
        var identity = domb_tpm_identity()
        // Safety: the structure is ours and lives through the call.
        try check(.getCapability, unsafe domb_tpm_get_identity(context, &identity))
        // Safety: both arrays are read in full, and hold plain bytes.
        let manufacturer = unsafe withUnsafeBytes(of: identity.manufacturer) { unsafe [UInt8]($0) }
        var vendor = unsafe withUnsafeBytes(of: identity.vendor) { unsafe [UInt8]($0) }
        while vendor.last == 0 { vendor.removeLast() }
        return TPMIdentity(manufacturer: manufacturer, vendor: vendor, firmware: identity.firmware)
    }

    public mutating func resetCounts() throws(TPMError) -> TPMResetCounts {
        let context = unsafe try opened(.readClock)
        var counts = TPMResetCounts(reset: 0, restart: 0)
        // Safety: both words are ours and live through the call.
        try check(.readClock, unsafe domb_tpm_reset_counts(context, &counts.reset, &counts.restart))
        return counts
    }

    public mutating func testResult() throws(TPMError) -> UInt32 {
        let context = unsafe try opened(.getTestResult)
        var result: UInt32 = 0
        // Safety: the word is ours and lives through the call.
        try check(.getTestResult, unsafe domb_tpm_test_result(context, &result))
        return result
    }

    public mutating func setLocality(_ locality: UInt8) throws(TPMError) {
        let context = unsafe try opened(.setLocality)
        // Safety: the context is open.
        try check(.setLocality, unsafe domb_tpm_set_locality(context, locality))
    }

    private func check(_ operation: Operation, _ code: UInt32) throws(TPMError) {
        guard code == 0 else { throw TPMError(operation, responseCode: code) }
    }

    public mutating func extend(_ pcr: PCRIndex, _ digests: [Digest]) throws(TPMError) {
        let context = unsafe try opened(.pcrExtend)
        let values = digests.map { domb_tpm_digest($0) }
        // Safety: the array lives through the call and has the count given.
        let code = unsafe values.withUnsafeBufferPointer {
            unsafe domb_tpm_extend(context, UInt32(pcr.rawValue), $0.baseAddress, $0.count)
        }
        try check(.pcrExtend, code)
    }

    public mutating func read(_ pcr: PCRIndex, banks: [HashAlgorithm]) throws(TPMError) -> [Digest] {
        let context = unsafe try opened(.pcrRead)
        var digests: [Digest] = []
        for bank in banks {
            var bytes = [UInt8](repeating: 0, count: 64)
            var size = bytes.count
            // Safety: the array has the capacity given, and the shim says how much it filled.
            let code = unsafe bytes.withUnsafeMutableBufferPointer {
                unsafe domb_tpm_read(context, UInt32(pcr.rawValue), bank.rawValue, $0.baseAddress, &size)
            }
            try check(.pcrRead, code)
            guard let digest = Digest(bank, bytes: [UInt8](bytes.prefix(size))) else {
                // TSS2_SYS_RC_MALFORMED_RESPONSE: a bank that was active gives no value.
                throw TPMError(.pcrRead, responseCode: 0x0008_000D)
            }
            digests.append(digest)
        }
        return digests
    }
}

extension domb_tpm_digest {
    init(_ digest: Digest) {
        self.init()
        algorithm = digest.algorithm.rawValue
        size = UInt16(digest.bytes.count)
        // Safety: the structure's array has 64 bytes, the most that a digest has.
        unsafe withUnsafeMutableBytes(of: &bytes) { buffer in
            for (index, byte) in digest.bytes.enumerated() { unsafe buffer[index] = byte }
        }
    }
}

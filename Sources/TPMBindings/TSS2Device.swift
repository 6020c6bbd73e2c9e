// SPDX-License-Identifier: Apache-2.0

import CTSSShim
import Platform

/// The TPM through tss2's SAPI over the device TCTI. Owns the contexts.
///
/// It opens /dev/tpm0, not the resource manager: an extend needs no handles, and as long as it is open nobody else can
/// open it (docs/tpm-access.md). A device that cannot be opened is a TPM that does not answer: every command then
/// fails with the code of the opening.
@safe public struct TSS2Device: TPMDevice, ~Copyable {
    // Safety: opened by `open`, freed by `close`, never handed out.
    private var transport: OpaquePointer?
    private var context: OpaquePointer?
    private let opener: TSS2_TCTI_INIT_FUNC
    private let configuration: [CChar]
    /// What a command fails with where there is no context.
    private var missingCode: UInt32 = 0

    /// The corresponding C functions are `Tss2_Tcti_Device_Init` and `Tss2_Sys_Initialize`.
    public init(device: StaticString) {
        // Safety: the function opens what its configuration names.
        unsafe self.init(opener: Tss2_Tcti_Device_Init, configuration: Line(device).bytes)
    }

    /// By another transport.
    /// Safety: `opener` is the opening function of a TCTI.
    @unsafe public init(opener: @escaping TSS2_TCTI_INIT_FUNC, configuration: [UInt8]) {
        unsafe self.opener = opener
        self.configuration = configuration.map { CChar(bitPattern: $0) } + [0]
        missingCode = open()
    }

    deinit {
        // Safety: the contexts are this value's alone, and this is their end.
        unsafe Self.close(context, transport)
    }

    /// Zero, or the code with which there are no contexts.
    private mutating func open() -> UInt32 {
        var size = 0
        // Safety: of all: each context has the size that its library asks for.
        let sizeCode = unsafe opener(nil, &size, configuration)
        guard sizeCode == 0 else { return sizeCode }
        guard let memory = unsafe calloc(1, size) else { return UInt32(DOMB_NO_MEMORY) }
        let openingCode = unsafe opener(OpaquePointer(memory), &size, configuration)
        guard openingCode == 0 else {
            // Not begun: nothing is to be ended.
            unsafe free(memory)
            return openingCode
        }
        unsafe transport = OpaquePointer(memory)
        size = Tss2_Sys_GetContextSize(0)
        unsafe context = OpaquePointer(calloc(1, size))
        let code = unsafe domb_sys_initialize(context, size, transport)
        if code != 0 { closeAll() }
        return code
    }

    private mutating func closeAll() {
        // Safety: nobody uses the contexts after this.
        unsafe Self.close(context, transport)
        unsafe context = nil
        unsafe transport = nil
    }

    /// Safety: nobody uses the contexts after this.
    @unsafe private static func close(_ context: OpaquePointer?, _ transport: OpaquePointer?) {
        // Both functions take NULL.
        unsafe Tss2_Sys_Finalize(context)
        unsafe free(UnsafeMutableRawPointer(context))
        unsafe domb_tcti_finalize(transport)
        unsafe free(UnsafeMutableRawPointer(transport))
    }

    /// Sends a command once.
    // Safety: the context that `send` gets is open while it runs.
    @safe private mutating func command(
        _ operation: Operation, _ send: (OpaquePointer) -> UInt32
    ) throws(TPMError) {
        guard let open = unsafe context else { throw TPMError(operation, responseCode: missingCode) }
        let code = unsafe send(open)
        // A code of a layer above the TPM: the contexts may be in the middle of a command, and would refuse the next one
        // (TSS2_SYS_RC_BAD_SEQUENCE). With new ones the TPM can be asked what became of it.
        if code & UInt32(DOMB_LAYER_MASK) != 0 {
            closeAll()
            _ = self.open()
            missingCode = UInt32(DOMB_NO_CONNECTION)
        }
        guard code == 0 else { throw TPMError(operation, responseCode: code) }
    }

    /// TPM2_GetCapability
    private mutating func capability(
        _ capability: UInt32, from property: UInt32, count: UInt32
    ) throws(TPMError) -> TPMU_CAPABILITIES {
        var data = TPMS_CAPABILITY_DATA()
        var more: TPMI_YES_NO = 0
        // Safety: both structures are ours and live through the call.
        try command(.getCapability) { context in
            unsafe Tss2_Sys_GetCapability(context, nil, capability, property, count, &more, &data, nil)
        }
        return data.data
    }

    public mutating func activeBanks(pcr: PCRIndex) throws(TPMError) -> [UInt16] {
        // Safety: of the union this part was asked for.
        let assigned = unsafe try capability(TPM2_CAP_PCRS, from: 0, count: 1).assignedPCR
        let selections = elements(of: assigned.pcrSelections, count: assigned.count, TPMS_PCR_SELECTION.self)
        return selections.filter { selection in
            let bits = elements(of: selection.pcrSelect, count: UInt32(selection.sizeofSelect), UInt8.self)
            let index = Int(pcr.rawValue) / 8
            return index < bits.count && bits[index] >> (pcr.rawValue % 8) & 1 == 1
        }.map { $0.hash }
    }

    public mutating func identity() throws(TPMError) -> TPMIdentity {
        // TPM_PT_MANUFACTURER, VENDOR_STRING_1 to 4, VENDOR_TPM_TYPE, FIRMWARE_VERSION_1 and 2 follow each other.
        let first: UInt32 = 0x105
        var words = [UInt32](repeating: 0, count: 8)
        // Safety: of the union this part was asked for.
        let told = unsafe try capability(TPM2_CAP_TPM_PROPERTIES, from: first, count: UInt32(words.count)).tpmProperties
        for entry in elements(of: told.tpmProperty, count: told.count, TPMS_TAGGED_PROPERTY.self) {
            let index = Int(entry.property) - Int(first)
            if words.indices.contains(index) { words[index] = entry.value }
        }
        var texts: [UInt8] = []
        for word in words[..<5] {
            for shift in [24, 16, 8, 0] as [UInt32] { texts.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        while texts.count > 4, texts.last == 0 { texts.removeLast() }
        return TPMIdentity(
            manufacturer: [UInt8](texts[..<4]), vendor: [UInt8](texts[4...]),
            firmware: UInt64(words[6]) << 32 | UInt64(words[7]))
    }

    public mutating func resetCounts() throws(TPMError) -> TPMResetCounts {
        var time = TPMS_TIME_INFO()
        // Safety: the structure is ours and lives through the call.
        try command(.readClock) { context in unsafe Tss2_Sys_ReadClock(context, nil, &time, nil) }
        return TPMResetCounts(reset: time.clockInfo.resetCount, restart: time.clockInfo.restartCount)
    }

    public mutating func testResult() throws(TPMError) -> UInt32 {
        var data = TPM2B_MAX_BUFFER()
        data.size = UInt16(TPM2_MAX_DIGEST_BUFFER)
        var result: UInt32 = 0
        // Safety: both are ours and live through the call.
        try command(.getTestResult) { context in unsafe Tss2_Sys_GetTestResult(context, nil, &data, &result, nil) }
        return result
    }

    public mutating func setLocality(_ locality: UInt8) throws(TPMError) {
        // Safety: a context is open only together with its transport.
        let code = unsafe context == nil ? missingCode : domb_tcti_set_locality(transport, locality)
        guard code == 0 else { throw TPMError(.setLocality, responseCode: code) }
    }

    public mutating func extend(_ pcr: PCRIndex, _ digests: [Digest]) throws(TPMError) {
        // An empty password: PCRs of the PC Client profile have no other authorisation.
        var authorisation = TSS2L_SYS_AUTH_COMMAND()
        authorisation.count = 1
        authorisation.auths.0.sessionHandle = UInt32(DOMB_PASSWORD)
        var response = TSS2L_SYS_AUTH_RESPONSE()
        var values = TPML_DIGEST_VALUES()
        values.count = UInt32(digests.count)
        // Safety: the list's array is of such entries, and a digest has at most the 64 bytes that an entry has.
        unsafe withUnsafeMutableBytes(of: &values.digests) { buffer in
            let entries = unsafe buffer.bindMemory(to: TPMT_HA.self)
            for (index, digest) in zip(entries.indices, digests) {
                unsafe entries[index].hashAlg = digest.algorithm.rawValue
                unsafe withUnsafeMutableBytes(of: &entries[index].digest) { unsafe $0.copyBytes(from: digest.bytes) }
            }
        }
        // Safety: all structures are ours and live through the call.
        try command(.pcrExtend) { context in
            unsafe Tss2_Sys_PCR_Extend(context, UInt32(pcr.rawValue), &authorisation, &values, &response)
        }
    }

    public mutating func read(_ pcr: PCRIndex, banks: [HashAlgorithm]) throws(TPMError) -> [Digest] {
        var digests: [Digest] = []
        for bank in banks {
            var selection = TPML_PCR_SELECTION()
            selection.count = 1
            let mask = UInt32(1) << UInt32(pcr.rawValue)
            selection.pcrSelections.0 = TPMS_PCR_SELECTION(
                hash: bank.rawValue, sizeofSelect: 3,
                pcrSelect: (
                    UInt8(truncatingIfNeeded: mask), UInt8(truncatingIfNeeded: mask >> 8),
                    UInt8(truncatingIfNeeded: mask >> 16), 0
                ))
            var updates: UInt32 = 0
            var selected = TPML_PCR_SELECTION()
            var values = TPML_DIGEST()
            // Safety: all are ours and live through the call.
            try command(.pcrRead) { context in
                unsafe Tss2_Sys_PCR_Read(context, nil, &selection, &updates, &selected, &values, nil)
            }
            let value = values.digests.0
            let bytes = elements(of: value.buffer, count: UInt32(value.size), UInt8.self)
            // No value: a bank that was active gives none.
            guard values.count == 1, let digest = Digest(bank, bytes: bytes) else {
                throw TPMError(.pcrRead, responseCode: UInt32(DOMB_MALFORMED_RESPONSE))
            }
            digests.append(digest)
        }
        return digests
    }
}

/// The first elements of a C array, which Swift has as a tuple, and no more than there are.
private func elements<Tuple, Element>(of tuple: Tuple, count: UInt32, _: Element.Type) -> [Element] {
    // Safety: the tuple is the array, and an element is plain data.
    unsafe withUnsafeBytes(of: tuple) { unsafe [Element]($0.bindMemory(to: Element.self).prefix(Int(count))) }
}

// SPDX-License-Identifier: Apache-2.0

import Platform

/// A TPM's PCRs in software, as strict as swtpm was seen to be: an extend reaches the banks that are allocated and
/// passes over the others in silence. One command can be made to fail.
public struct SimulatedTPM: MeasurementStore {
    /// TPM_ALG_IDs of the active banks.
    public var banks: [UInt16]
    public private(set) var registers: [HashAlgorithm: [Digest]] = [:]
    /// Every extend that was carried out, in order.
    public private(set) var extends: [(pcr: PCRIndex, digests: [Digest])] = []
    public private(set) var commands: [Operation] = []
    /// The command, counted from 0, that fails with this code and does nothing.
    public var failure: (command: Int, responseCode: UInt32)?
    /// False: every command fails, as without a device.
    public var isPresent = true
    /// The extend, counted from 0, that the TPM acknowledges and does not carry out.
    public var droppedExtend: Int?

    public init(banks: [UInt16] = [HashAlgorithm.sha256.rawValue]) {
        self.banks = banks
        for algorithm in HashAlgorithm.allCases where banks.contains(algorithm.rawValue) {
            registers[algorithm] = (0..<24).map { index in
                let byte: UInt8 = (17...22).contains(index) ? 0xFF : 0
                return Digest(algorithm, exactly: [UInt8](repeating: byte, count: algorithm.digestSize))
            }
        }
    }

    private mutating func begin(_ operation: Operation) throws(TPMError) {
        commands.append(operation)
        // TSS2_TCTI_RC_IO_ERROR: what the device TCTI gives where there is no device.
        guard isPresent else { throw TPMError(operation, responseCode: 0xA_000A) }
        if let failure, failure.command == commands.count - 1 {
            throw TPMError(operation, responseCode: failure.responseCode)
        }
    }

    public mutating func activeBanks(pcr: PCRIndex) throws(TPMError) -> [UInt16] {
        try begin(.getCapability)
        return banks
    }

    public mutating func extend(_ pcr: PCRIndex, _ digests: [Digest]) throws(TPMError) {
        try begin(.pcrExtend)
        // TPM_RC_LOCALITY: 17 to 22 need locality 2.
        guard !pcr.needsLocality else { throw TPMError(.pcrExtend, responseCode: 0x907) }
        extends.append((pcr, digests))
        if droppedExtend == extends.count - 1 { return }
        for digest in digests {
            guard let old = registers[digest.algorithm]?[Int(pcr.rawValue)] else { continue }
            registers[digest.algorithm]?[Int(pcr.rawValue)] = SwiftCryptoHash.digest(
                digest.algorithm, of: old.bytes + digest.bytes)
        }
    }

    public mutating func read(_ pcr: PCRIndex, banks: [HashAlgorithm]) throws(TPMError) -> [Digest] {
        try begin(.pcrRead)
        return banks.compactMap { registers[$0]?[Int(pcr.rawValue)] }
    }
}

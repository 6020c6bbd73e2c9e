// SPDX-License-Identifier: Apache-2.0

import Platform

/// A TPM's PCRs in software, as strict as swtpm was seen to be: an extend reaches the banks that are allocated and
/// passes over the others in silence; 17 to 22 take extends from locality 2. What goes wrong with a TPM or on the way to
/// it can be made to happen.
public struct SimulatedTPM: TPMDevice {
    /// What happens to one command.
    public enum Fault: Equatable, Sendable {
        /// The TPM answers with this code and does nothing.
        case refuse(UInt32)
        /// The TPM carries the command out, and this code comes back instead of its answer.
        case loseAnswer(UInt32)
        /// The TPM answers that all is well and does nothing.
        case pretend
        /// The TPM is reset before the command: every PCR begins anew.
        case reset
        /// The TPM is restarted before the command (Startup(CLEAR) after Shutdown(STATE)): every PCR begins anew, and the
        /// count of restarts alone tells of it.
        case restart
        /// The TPM is resumed before the command (Startup(STATE) after Shutdown(STATE)): the PCRs are what they were, and the
        /// count of restarts has grown.
        case resume
        /// The device is gone from here on.
        case vanish
        /// What the TPM reads out has one bit turned over.
        case flipBit
    }

    private enum ResponseCode {
        static let locality: UInt32 = 0x907
        /// What the device TCTI gives where there is no device, and where it cannot do a thing.
        static let ioError: UInt32 = 0xA_000A
        static let notImplemented: UInt32 = 0xA_0002
    }

    /// TPM_ALG_IDs of the active banks.
    public var banks: [UInt16]
    public private(set) var registers: [HashAlgorithm: [Digest]] = [:]
    /// Every extend that was carried out, in order.
    public private(set) var extends: [(pcr: PCRIndex, digests: [Digest])] = []
    public private(set) var commands: [Operation] = []
    /// Faults by command, counted from 0.
    public var faults: [Int: Fault] = [:]
    /// Faults by use of one command.
    public var operationFaults: [SimulatedFault] = []
    public var clock = VirtualClock()
    public var costs = SimulatedCosts.none
    /// A real boot's answers, which count instead of this TPM's own.
    public var recording: RecordedAnswers?
    /// False: every command fails, as without a device.
    public var isPresent = true
    /// Whether the transport can send from another locality than 0.
    public var hasLocalities = false
    public private(set) var counts = TPMResetCounts(reset: 7, restart: 0)
    private var locality: UInt8 = 0
    private var flipNext = false

    public init(banks: [UInt16] = [HashAlgorithm.sha256.rawValue]) {
        self.banks = banks
        reset()
    }

    private mutating func reset() {
        for algorithm in HashAlgorithm.allCases where banks.contains(algorithm.rawValue) {
            registers[algorithm] = (0..<24).map { index in
                let byte: UInt8 = (17...22).contains(index) ? 0xFF : 0
                return Digest(algorithm, exactly: [UInt8](repeating: byte, count: algorithm.digestSize))
            }
        }
    }

    /// What a dynamic launch does: 17 to 22 begin with zeros.
    public mutating func beginDynamicLaunch() {
        for (algorithm, values) in registers {
            for index in 17...22 where index < values.count {
                registers[algorithm]?[index] = Digest(
                    algorithm, exactly: [UInt8](repeating: 0, count: algorithm.digestSize))
            }
        }
    }

    /// Counts the command and does it, or what its fault says.
    private mutating func run<Result>(
        _ operation: Operation, pretended: Result? = nil, _ body: (inout SimulatedTPM) throws(TPMError) -> Result
    ) throws(TPMError) -> Result {
        commands.append(operation)
        clock.spend(costs.tpmCommand)
        var fault = faults[commands.count - 1]
        for index in operationFaults.indices {
            if case .tpm(let other) = operationFaults[index].use(operation, nil) { fault = other }
        }
        if let answer = recording?.answer(operation, nil) {
            clock.reach(answer.end)
            guard answer.result == 0 else {
                throw TPMError(operation, responseCode: UInt32(truncatingIfNeeded: answer.result))
            }
        }
        flipNext = fault == .flipBit
        if fault == .vanish { isPresent = false }
        guard isPresent else { throw TPMError(operation, responseCode: ResponseCode.ioError) }
        switch fault {
        case .refuse(let code): throw TPMError(operation, responseCode: code)
        case .loseAnswer(let code):
            _ = try body(&self)
            throw TPMError(operation, responseCode: code)
        case .pretend:
            if let pretended { return pretended }
        case .reset:
            reset()
            counts = TPMResetCounts(reset: counts.reset + 1, restart: 0)
        case .restart:
            reset()
            counts.restart += 1
        case .resume: counts.restart += 1
        case .vanish, .flipBit, .none: break
        }
        return try body(&self)
    }

    public mutating func activeBanks(pcr: PCRIndex) throws(TPMError) -> [UInt16] {
        try run(.getCapability) { (tpm) throws(TPMError) in tpm.banks }
    }

    public mutating func identity() throws(TPMError) -> TPMIdentity {
        try run(.getCapability) { (_) throws(TPMError) in
            TPMIdentity(manufacturer: [UInt8]("DOMB".utf8), vendor: [UInt8]("simulated".utf8), firmware: 1)
        }
    }

    public mutating func resetCounts() throws(TPMError) -> TPMResetCounts {
        try run(.readClock) { (tpm) throws(TPMError) in tpm.counts }
    }

    public mutating func testResult() throws(TPMError) -> UInt32 {
        try run(.getTestResult) { (_) throws(TPMError) in 0 }
    }

    public mutating func setLocality(_ locality: UInt8) throws(TPMError) {
        try run(.setLocality) { (tpm) throws(TPMError) in
            guard tpm.hasLocalities else {
                throw TPMError(.setLocality, responseCode: ResponseCode.notImplemented)
            }
            tpm.locality = locality
        }
    }

    public mutating func extend(_ pcr: PCRIndex, _ digests: [Digest]) throws(TPMError) {
        try run(.pcrExtend, pretended: ()) { (tpm) throws(TPMError) in try tpm.carryOut(pcr, digests) }
    }

    private mutating func carryOut(_ pcr: PCRIndex, _ digests: [Digest]) throws(TPMError) {
        guard !pcr.needsLocality || locality == 2 else {
            throw TPMError(.pcrExtend, responseCode: ResponseCode.locality)
        }
        extends.append((pcr, digests))
        for digest in digests {
            guard let old = registers[digest.algorithm]?[Int(pcr.rawValue)] else { continue }
            registers[digest.algorithm]?[Int(pcr.rawValue)] = SwiftCryptoHash.digest(
                digest.algorithm, of: old.bytes + digest.bytes)
        }
    }

    public mutating func read(_ pcr: PCRIndex, banks: [HashAlgorithm]) throws(TPMError) -> [Digest] {
        let values = try run(.pcrRead) { (tpm) throws(TPMError) in
            banks.compactMap { tpm.registers[$0]?[Int(pcr.rawValue)] }
        }
        guard flipNext, let last = values.last else { return values }
        var bytes = last.bytes
        bytes[0] ^= 1
        return values.dropLast() + [Digest(last.algorithm, exactly: bytes)]
    }
}

// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// The TPM_ALG_IDs of the banks that have this PCR.
    mutating func activeBanks(_ pcr: PCRIndex) throws(TPMError) -> [UInt16] {
        let active = try tracedTPM(.getCapability, detail: { Line(banks: $0) }) { (tpm) throws(TPMError) in
            try tpm.activeBanks(pcr: pcr)
        }
        tpmAnswers = true
        return active
    }

    /// What the command line's PCR is found to be, where that has to be looked at: one of a dynamic launch, or one that a
    /// command's dom0 may have used.
    mutating func dynamicPCR(_ active: [UInt16]) throws(TPMError) -> LaunchFacts.DynamicPCR? {
        let pcr = arguments.pcr
        guard pcr.needsLocality || arguments.launcher == .command else { return nil }
        if pcr.needsLocality {
            do throws(TPMError) {
                try tracedTPM(.setLocality) { (tpm) throws(TPMError) in try tpm.setLocality(2) }
            } catch {
                return .noLocality(error)
            }
        }
        let values = try read(pcr, banks: active.compactMap(HashAlgorithm.init(rawValue:)))
        if values.allSatisfy({ $0.bytes.allSatisfy { $0 == 0 } }) { return .zero }
        return arguments.launcher == .command ? .used : .notBegun
    }

    /// Of the command line's PCR. Where that is out of reach, a failure goes into the standard one. `nil` where a command
    /// finds it in use: no log could lead to what it holds, so not even a refusal goes into it.
    mutating func recorder(
        _ active: [UInt16], _ found: LaunchFacts.DynamicPCR?
    ) throws(TPMError) -> Recorder<Hash>? {
        var (pcr, active) = (arguments.pcr, active)
        switch found {
        case .none, .zero: break
        case .noLocality, .notBegun:
            staysOpen = true
            pcr = .standard
            active = try activeBanks(pcr)
        case .used:
            closure = .open
            return nil
        }
        let banks = active.compactMap(HashAlgorithm.init(rawValue:))
        // Without a bank nothing is closed, and one that is left alone could be extended by anybody later.
        if banks.isEmpty || banks.count < active.count { staysOpen = true }
        return Recorder(pcr: pcr, banks: banks)
    }
}

extension Line {
    /// "4 11": TPM_ALG_IDs of the active banks, for the trace.
    fileprivate init(banks: [UInt16]) { self.init(banks, separator: " ") { "\($0)" } }
}

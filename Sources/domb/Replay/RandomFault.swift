// SPDX-License-Identifier: Apache-2.0

import Platform
import Prediction

/// A failure that a seed chooses, among everything that the good launch does.
enum RandomFault {
    /// SplitMix64: the same seed gives the same failure everywhere.
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }
    }

    private static let errors = ["EPERM", "ESRCH", "EINVAL", "EBUSY", "ENOMEM", "EIO"]
    private static let tpmErrors = ["vanish", "reset", "pretend", "flip", "lost", "TPM_RC_FAILURE", "TPM_RC_RETRY"]

    /// As `--fail` takes it.
    static func point(_ good: LaunchRun, seed: UInt64) -> String {
        var generator = Generator(state: seed)
        let entries = good.journal.entries
        guard !entries.isEmpty else { return "XENVER_extraversion2" }
        let place = Int.random(in: 0..<entries.count, using: &generator)
        let entry = entries[place]
        let isTPMs = FaultPoint.tpmOperations.contains(entry.operation)
        let number = entries[...place].count {
            $0.operation == entry.operation && (isTPMs || $0.domid == entry.domid)
        }
        let error = (isTPMs ? tpmErrors : errors).randomElement(using: &generator) ?? "EIO"
        let domain = entry.domid.map { "@\($0.rawValue)" } ?? ""
        return "\(entry.operation.name)\(domain)#\(number):\(error)"
    }
}

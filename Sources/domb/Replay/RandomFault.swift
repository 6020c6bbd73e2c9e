// SPDX-License-Identifier: Apache-2.0

import Platform
import Prediction
import SimulatedPlatform

/// A failure that a seed chooses, among everything that the good launch does.
enum RandomFault {
    private static let errors = ["EPERM", "ESRCH", "EINVAL", "EBUSY", "ENOMEM", "EIO"]
    private static let tpmErrors = ["vanish", "reset", "pretend", "flip", "lost", "TPM_RC_FAILURE", "TPM_RC_RETRY"]

    /// As `--fail` takes it.
    static func point(_ good: LaunchRun, seed: UInt64) -> String {
        var generator = SeededGenerator(seed: seed)
        let entries = good.journal.entries
        guard !entries.isEmpty else { return "XENVER_extraversion2" }
        let place = Int.random(in: 0..<entries.count, using: &generator)
        let entry = entries[place]
        let isTPMs = RehearsedFault.tpmOperations.contains(entry.operation)
        let number = entries[...place].count {
            $0.operation == entry.operation && (isTPMs || $0.domid == entry.domid)
        }
        let error = (isTPMs ? tpmErrors : errors).randomElement(using: &generator) ?? "EIO"
        let domain = entry.domid.map { "@\($0.rawValue)" } ?? ""
        return "\(entry.operation.name)\(domain)#\(number):\(error)"
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension DomainRoles {
    private static let words: [(role: DomainRoles, word: String)] = [
        (.control, "control"), (.hardware, "hardware"), (.xenstore, "xenstore"), (.console, "console"),
        (.boot, "boot"), (.recovery, "recovery"), (.legacyDom0, "legacy-dom0"), (.stubDomain, "stub-domain"),
    ]

    /// In bit order; the words are part of the JSON schema.
    var names: [String] { Self.words.filter { contains($0.role) }.map { $0.word } }
}

extension DomainMode {
    var word: String {
        switch self {
        case .pvh: "pvh"
        case .pv: "pv"
        case .hvm: "hvm"
        }
    }
}

/// RFC 9562: 8-4-4-4-12 digits.
func uuid(_ handle: DomainHandle) -> String {
    var result = hexadecimal(handle.bytes)
    for place in [20, 16, 12, 8] { result.insert("-", at: result.index(result.startIndex, offsetBy: place)) }
    return result
}

/// "0-3,5", as `hard-affinity` has it.
func cpuList(_ set: CPUSet) -> String {
    guard let highest = set.highest else { return "" }
    var runs: [String] = []
    var first: UInt32?
    // One past the highest ends the last run.
    for cpu in 0...(highest + 1) {
        if set.contains(cpu) {
            first = first ?? cpu
        } else if let start = first {
            runs.append(start == cpu - 1 ? "\(start)" : "\(start)-\(cpu - 1)")
            first = nil
        }
    }
    return runs.joined(separator: ",")
}

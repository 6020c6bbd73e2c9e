// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// What is wrong with the text of a device, for whoever wrote it: LaunchControl's reader takes it or does not.
enum DeviceProblem {
    private struct Rule: Sendable {
        let key: String
        var isNeeded = false
        var form = ""
        var isGood: @Sendable (String) -> Bool = { _ in true }
    }

    private static let backend = Rule(key: "backend")

    private static let disk = [
        Rule(key: "vdev", isNeeded: true, form: "xvda to xvdp, and behind it the number of a partition from 1 to 15") {
            VirtualDisk(text: Array("vdev=\($0),target=x".utf8)[...]) != nil
        },
        Rule(key: "target", isNeeded: true, form: "at most \(Limits.nameBytes) bytes") {
            $0.utf8.count <= Limits.nameBytes
        },
        Rule(key: "access", form: "ro, rw or w!") { ["ro", "rw", "w!"].contains($0) }, backend,
        Rule(key: "physical-device", form: "MAJOR:MINOR in hexadecimal, as in fd:2") {
            VirtualDisk(text: Array("vdev=xvda,target=x,physical-device=\($0)".utf8)[...]) != nil
        },
    ]
    private static let interface = [
        Rule(key: "mac", isNeeded: true, form: "six pairs of hexadecimal digits in lower case, as in 00:16:3e:00:00:01")
        {
            VirtualInterface(text: Array("mac=\($0)".utf8)[...]) != nil
        },
        Rule(key: "bridge"), backend,
    ]

    /// `nil` for what is a disk.
    static func ofDisk(_ text: String) -> String? { problem(text, "a disk", disk) }
    /// `nil` for what is an interface.
    static func ofInterface(_ text: String) -> String? { problem(text, "an interface", interface) }

    private static func problem(_ text: String, _ device: String, _ rules: [Rule]) -> String? {
        guard text.utf8.count <= Limits.deviceBytes else { return "longer than \(Limits.deviceBytes) bytes" }
        let keys = rules.map { $0.key }
        var seen: [String] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard halves.count == 2, let key = halves.first, let value = halves.last, !key.isEmpty else {
                return "'\(part)' is no KEY=VALUE: \(device) has \(keys.joined(separator: ", "))"
            }
            guard let rule = rules.first(where: { $0.key == key }) else {
                let hint = ForeignWords.deviceHint(for: key) ?? NearName.hint(for: key, among: keys)
                return "'\(key)' is no key of \(device): \(keys.joined(separator: ", "))\(hint)"
            }
            guard !seen.contains(key) else { return "'\(key)' a second time" }
            seen.append(key)
            guard !value.isEmpty else { return "\(key): empty" }
            guard value.utf8.allSatisfy({ $0 > 0x20 && $0 <= 0x7E && $0 != UInt8(ascii: ";") }) else {
                return "\(key): '\(value)' has a space or a character that none may have"
            }
            guard rule.isGood(value) else { return "\(key): '\(value)' is none: \(rule.form)" }
        }
        let missing = rules.first { $0.isNeeded && !seen.contains($0.key) }
        return missing.map { "\($0.key) is missing\($0.form.isEmpty ? "" : ": \($0.form)")" }
    }
}

extension ForeignWords {
    /// Of xl-disk-configuration(5) and xl-network-configuration(5).
    fileprivate static func deviceHint(for key: String) -> String? {
        switch key {
        case "dev": " (here it is vdev)"
        case "file", "path", "phy": " (here it is target)"
        case "mode": " (here it is access)"
        case "br": " (here it is bridge)"
        case "domain": " (here it is backend)"
        case "format", "script", "devtype", "backendtype", "backend-type", "discard", "direct-io-safe", "model", "ip",
            "vifname", "rate", "type", "gatewaydev", "accel", "devid", "mtu", "id", "trusted":
            " (xl's; DomB has nothing of that kind)"
        default: nil
        }
    }
}

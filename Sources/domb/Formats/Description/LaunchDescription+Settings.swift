// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension SettingKey {
    /// "rtds-period" as a description has it: "rtds_period".
    var yaml: String { word.replacing("-", with: "_") }
}

extension DescriptionSection {
    /// The settings in it, each a value or a list of values. Those that a description has forms of its own for are the
    /// section's reader's.
    var settings: SettingSource {
        SettingSource { key in
            guard let value = self[key.yaml] else { return nil }
            switch key {
            case .uuid, .memMax, .hardAffinity, .softAffinity: return nil
            case .weight, .cap: return key.schema.range.flatMap { value.number(in: $0) }.map { Array("\($0)".utf8) }
            default: break
            }
            guard value.node.scalar == nil, let separator = key.schema.between else {
                return value.text.map { Array($0.utf8) }
            }
            return Array(value.items.compactMap { $0.text }.joined(separator: String(separator)).utf8)
        } report: { key, code in
            tell(key, code)
        }
    }

    private func tell(_ key: SettingKey, _ code: ParseError.Code) {
        if key == .enhanced, self[key.yaml] == nil {
            let device = [SettingKey.console, .disks, .vifs].compactMap { self[$0.yaml] }.first
            device?.wrong("needs enhanced: enabled, too: it is found through xenstore")
        } else if let value = self[key.yaml], !tellDevices(key, value) {
            value.wrong("\(code.text); \(key.hint)")
        }
    }

    /// Each device by itself; whether anything was told.
    private func tellDevices(_ key: SettingKey, _ value: DescriptionValue) -> Bool {
        guard key == .disks || key == .vifs else { return false }
        var isTold = false
        for item in value.node.scalar == nil ? value.items : [value] {
            for text in item.node.scalar?.string.split(separator: ";", omittingEmptySubsequences: false) ?? [] {
                let text = String(text)
                guard let problem = key == .disks ? DeviceProblem.ofDisk(text) : DeviceProblem.ofInterface(text) else {
                    continue
                }
                item.wrong("\(problem); \(key.hint)")
                isTold = true
            }
        }
        return isTold
    }
}

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
            case .weight: return value.number(in: 1...65535).map { Array("\($0)".utf8) }
            case .cap: return value.number(in: 0...65535).map { Array("\($0)".utf8) }
            default: break
            }
            guard value.node.scalar == nil, let separator = key.schema.between else {
                return value.text.map { Array($0.utf8) }
            }
            return Array(value.items.compactMap { $0.text }.joined(separator: String(separator)).utf8)
        } report: { key, code in
            self[key.yaml]?.wrong("\(code.text); \(key.hint)")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension DomainConduct {
    /// What is not the default, as texts have it: `DomainConduct(_:)` reads it back.
    var words: [(key: SettingKey, value: [UInt8])] {
        var words: [(SettingKey, [UInt8])] = []
        switch readiness {
        case .unpaused: break
        case .poweredOff: words.append((.ready, Array("poweroff".utf8)))
        case .node(let path, let value):
            words += [(.ready, Array("node".utf8)), (.readyNode, path)]
            if let value { words.append((.readyValue, value)) }
        }
        if readiness != .unpaused, timeout != Self.standardTimeout {
            words.append((.readyTimeout, Array("\(timeout)".utf8)))
        }
        if onFailure != .halt { words.append((.onFailure, Array(onFailure.name.description.utf8))) }
        return words
    }

    /// "once it has shut down with poweroff, within 60000 ms": for people. `nil` for what is ready at once.
    var readinessWords: String? {
        switch readiness {
        case .unpaused: nil
        case .poweredOff: "once it has shut down with poweroff, within \(timeout) ms"
        case .node(let path, let value):
            "once \(text(path)) in xenstore \(value.map { "is \(text($0))" } ?? "exists"), within \(timeout) ms"
        }
    }

    var json: JSON {
        var node: [UInt8]?
        var wanted: [UInt8]?
        if case .node(let path, let value) = readiness { (node, wanted) = (path, value) }
        return .object([
            ("ready", .string(readiness.name.description)), ("node", .optional(node) { .string(text($0)) }),
            ("value", .optional(wanted) { .string(text($0)) }),
            ("timeoutMilliseconds", .optional(readiness == .unpaused ? nil : timeout) { .number($0) }),
            ("onFailure", .string(onFailure.name.description)),
        ])
    }
}

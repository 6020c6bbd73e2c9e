// SPDX-License-Identifier: Apache-2.0

import Platform

/// What a launch expects of a domain once it runs, and what it does where that does not come: docs/lcm.md.
public struct DomainConduct: Equatable, Sendable {
    /// When a domain counts as ready, so that others may run.
    public enum Readiness: Equatable, Sendable {
        /// It counts as ready as soon as it runs.
        case unpaused
        /// It has shut itself down with poweroff: a helper that does its work and ends.
        case poweredOff
        /// A node of xenstore exists, with this value where one is given. A path without a slash in front is below the
        /// domain's own folder, /local/domain/N.
        case node(path: [UInt8], value: [UInt8]?)
    }

    /// What follows where the domain cannot be configured, unpaused, or does not become ready.
    public enum OnFailure: UInt8, Named, Sendable {
        /// The launch ends.
        case halt = 0
        /// The Recovery Domain runs, and nothing else that does not run yet.
        case recover = 1
        /// The domain, and all that depend on it, are left out.
        case skip = 2

        /// The LCM's word.
        public var name: StaticString {
            switch self {
            case .halt: "halt"
            case .recover: "recover"
            case .skip: "skip"
            }
        }
    }

    /// `domb,ready`, `domb,ready-node`, `domb,ready-value`.
    public var readiness: Readiness = .unpaused
    /// `domb,ready-timeout`: milliseconds from its unpause within which the domain must be ready.
    public var timeout: UInt32 = DomainConduct.standardTimeout
    /// `domb,on-failure`.
    public var onFailure: OnFailure = .halt

    /// Milliseconds, where the LCM gives no timeout.
    public static let standardTimeout: UInt32 = 60_000

    public init(
        readiness: Readiness = .unpaused, timeout: UInt32 = DomainConduct.standardTimeout, onFailure: OnFailure = .halt
    ) {
        self.readiness = readiness
        self.timeout = timeout
        self.onFailure = onFailure
    }
}

extension DomainConduct.Readiness {
    /// The LCM's word.
    public var name: StaticString {
        switch self {
        case .unpaused: "unpaused"
        case .poweredOff: "poweroff"
        case .node: "node"
        }
    }

    /// The absolute path of the node that `domid` writes.
    public static func path(_ path: [UInt8], of domid: DomainID) -> [UInt8] {
        guard path.first != UInt8(ascii: "/") else { return path }
        let line: Line = "/local/domain/\(domid)/\(raw: path)"
        return line.bytes
    }
}

extension DomainConduct {
    /// What the event log says of it: everything that is not the default.
    public var items: [ConfigurationItem] {
        var items: [ConfigurationItem] = []
        switch readiness {
        case .unpaused: break
        case .poweredOff: items.append(ConfigurationItem(.ready, [1, UInt64(timeout)]))
        case .node(let path, let value):
            items.append(ConfigurationItem(.ready, [2, UInt64(timeout)]))
            items.append(ConfigurationItem(.readyNode, text: path))
            if let value { items.append(ConfigurationItem(.readyValue, text: value)) }
        }
        if onFailure != .halt { items.append(ConfigurationItem(.onFailure, [UInt64(onFailure.rawValue)])) }
        return items
    }

    /// What a domain's node or text says.
    public init(_ source: SettingSource) {
        onFailure = source.choice(.onFailure) ?? onFailure
        readiness = Self.readiness(source)
        guard let number = source.number(.readyTimeout, in: 1...Limits.readyTimeout) else { return }
        // What is ready at once needs no time.
        if readiness == .unpaused { source.report(.readyTimeout, .conflictingProperties) }
        timeout = UInt32(number)
    }

    private static func readiness(_ source: SettingSource) -> Readiness {
        let word = source.text(.ready).map { Line($0[...]) } ?? "unpaused"
        if word == "node" {
            if !source.has(.readyNode) { source.report(.ready, .conflictingProperties) }
            let path = source.value(.readyNode) { Self.isPath($0) ? $0 : nil }
            let value = source.text(.readyValue)
            return path.map { .node(path: $0, value: value) } ?? .unpaused
        }
        for key in [SettingKey.readyNode, .readyValue] where source.has(key) {
            source.report(key, .conflictingProperties)
        }
        if word == "poweroff" { return .poweredOff }
        if word != "unpaused" { source.report(.ready, .badPropertyValue) }
        return .unpaused
    }

    /// docs/misc/xenstore.txt of Xen: letters, digits and `-/_@`, no empty part, no slash at the end.
    private static func isPath(_ path: [UInt8]) -> Bool {
        guard path.count <= Limits.nodePathBytes, path.isWord(with: "-/_@") else { return false }
        let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        // The first may be empty: an absolute path.
        return !parts.dropFirst().contains { $0.isEmpty }
    }
}

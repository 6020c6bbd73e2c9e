// SPDX-License-Identifier: Apache-2.0

import LaunchControl

extension ConfigurationItem.Kind {
    /// Of what is no setting's key, and of keys whose word is that of a list or no toolstack's.
    private static let own: [Self: StaticString] = [
        .vcpus: "cpus", .handle: "domain-uuid", .rtds: "rtds", .interrupt: "irq", .parameter: "hvm-param",
        .disk: "disk", .interface: "vif", .channel: "event-channel",
    ]

    private static let names: [Self: StaticString] = SettingKey.allCases.map { $0.schema }.reduce(into: own) {
        if let kind = $1.logged, $0[kind] == nil { $0[kind] = $1.word }
    }

    /// The LCM's word.
    var name: StaticString { Self.names[self] ?? "unknown" }
}

// SPDX-License-Identifier: Apache-2.0

import Platform

/// A launch control module: what the hypervisor builds and how DomB launches it, whatever format it came in.
/// docs/lcm.md is the normative description of every field.
public struct LCM: Equatable, Sendable {
    /// The initial domains, in LCM order, the boot domain left out.
    public var domains: [DomainDescription]
    /// Of the launch as a whole.
    public var settings: LaunchSettings
    /// Properties of the launch and domain nodes that nobody here reads: shown, never acted on.
    public var unknownProperties: [UnknownProperty]

    public init(domains: [DomainDescription], settings: LaunchSettings, unknownProperties: [UnknownProperty] = []) {
        self.domains = domains
        self.settings = settings
        self.unknownProperties = unknownProperties
    }
}

/// A property, or a whole node, that this reader passes over.
public struct UnknownProperty: Equatable, Sendable {
    /// The path of the node that has it.
    public let node: [UInt8]
    /// Empty where it is the node itself.
    public let name: [UInt8]
    /// Its place in the device tree blob.
    public let offset: Int
}

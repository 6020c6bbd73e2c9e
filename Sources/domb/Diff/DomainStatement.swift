// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform

/// What a log or an LCM says of one domain.
struct DomainStatement {
    struct Region: Equatable {
        var role: RegionRole
        /// Where it lies, in ascending order.
        var segments: Said<[Segment]> = .unsaid
        /// Of all segments.
        var byteCount: Said<UInt64?> = .unsaid
        /// Of what lies there, or must lie there; `nil` where an LCM expects none.
        var digest: Said<Digest?> = .unsaid
        /// Where the boot loader has it.
        var source: Said<String> = .unsaid
    }

    /// What is done to a domain, and what it waits for.
    struct Configuration: Equatable {
        /// In KiB.
        var memory: UInt64
        var dependencies: [DomainID]
        /// In the order in which they are applied.
        var items: [ConfigurationItem]
    }

    var label: DomainLabel
    var handle: DomainHandle
    var roles: DomainRoles
    var mode: Said<DomainMode> = .unsaid
    var coverage: Said<Coverage> = .unsaid
    var vcpus: UInt32
    var entry: Said<UInt64> = .unsaid
    var registers: Said<Digest> = .unsaid
    var commandLine: [UInt8]
    var regions: [Region]
    /// Whether `regions` are all that there are: an LCM names the images alone.
    var namesEveryRegion: Bool
    var mutableRegions: [MutableRegion]
    var pageCount: Said<UInt64> = .unsaid
    /// `nil` where a log says nothing of it.
    var configuration: Configuration?
}

/// By what people know a domain.
struct DomainLabel: Equatable, Hashable, Sendable {
    var domid: UInt16
    var name: [UInt8]
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension LaunchEvent {
    /// One domain, as it was when it was measured.
    public struct DomainRecord: Equatable, Sendable {
        public var domid: DomainID
        public var name: [UInt8]
        /// The handle that the LCM gives; unset where it gives none.
        public var handle: DomainHandle
        public var roles: DomainRoles
        public var coverage: Coverage
        /// Vcpus that exist. All but vcpu 0 are down.
        public var vcpus: UInt32
        /// vcpu 0's instruction pointer.
        public var entry: UInt64
        /// SHA-256 of `VCPUState.registers` of vcpu 0.
        public var registers: Digest
        public var commandLine: [UInt8]
        public var regions: [MeasuredRegion]
        public var mutableRegions: [MutableRegion]
        /// With coverage `all`: the 4 KiB pages that the domain owns, each of which was looked at. Zero otherwise.
        public var pageCount: UInt64

        public init(
            domid: DomainID, name: [UInt8], handle: DomainHandle, roles: DomainRoles, coverage: Coverage, vcpus: UInt32,
            entry: UInt64, registers: Digest, commandLine: [UInt8], regions: [MeasuredRegion],
            mutableRegions: [MutableRegion] = [], pageCount: UInt64 = 0
        ) {
            self.domid = domid
            self.name = name
            self.handle = handle
            self.roles = roles
            self.coverage = coverage
            self.vcpus = vcpus
            self.entry = entry
            self.registers = registers
            self.commandLine = commandLine
            self.regions = regions
            self.mutableRegions = mutableRegions
            self.pageCount = pageCount
        }
    }
}

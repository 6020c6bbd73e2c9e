// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension LaunchEvent {
    /// One domain, as it was when it was measured.
    public struct DomainRecord: Equatable, Sendable {
        /// Whose record it is.
        public var domid: DomainID
        /// The LCM's name.
        public var name: [UInt8]
        /// The handle that the LCM gives; unset where it gives none.
        public var handle: DomainHandle
        /// As the LCM gives them.
        public var roles: DomainRoles
        /// What of the domain was looked at.
        public var coverage: Coverage
        /// Vcpus that exist. All but vcpu 0 are down.
        public var vcpus: UInt32
        /// vcpu 0's instruction pointer.
        public var entry: UInt64
        /// SHA-256 of `VCPUState.registers` of vcpu 0.
        public var registers: Digest
        /// The kernel's, without its zero; compared with the one in memory.
        public var commandLine: [UInt8]
        /// What was hashed, in the order of their roles.
        public var regions: [MeasuredRegion]
        /// Where the log will lie: zero when the domain was measured, and the one part that may change from there on.
        public var logRegion: Segment?
        /// With coverage `all`: the 4 KiB pages that the domain owns, each of which was looked at. Zero otherwise.
        public var pageCount: UInt64

        public init(
            domid: DomainID, name: [UInt8], handle: DomainHandle, roles: DomainRoles, coverage: Coverage, vcpus: UInt32,
            entry: UInt64, registers: Digest, commandLine: [UInt8], regions: [MeasuredRegion],
            logRegion: Segment? = nil, pageCount: UInt64 = 0
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
            self.logRegion = logRegion
            self.pageCount = pageCount
        }

        func append(to body: inout [UInt8]) {
            body.append(word: UInt32(domid.rawValue))
            body.append(counted: name)
            body.append(contentsOf: handle.bytes)
            body.append(word: roles.rawValue)
            body.append(word: UInt32(coverage.rawValue))
            body.append(word: vcpus)
            body.append(long: entry)
            body.append(registers)
            body.append(counted: commandLine)
            body.append(word: UInt32(regions.count))
            for region in regions {
                body.append(word: region.role.rawValue)
                body.append(word: UInt32(region.segments.count))
                for segment in region.segments { body.append(segment) }
                body.append(region.digest)
            }
            body.append(word: logRegion == nil ? 0 : 1)
            if let logRegion {
                body.append(word: RegionRole.log.rawValue)
                body.append(logRegion)
            }
            body.append(long: pageCount)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform

/// One thing in which two launches differ.
struct Change: Equatable {
    /// What it is of.
    enum Place: Equatable {
        /// The launch as a whole.
        case launch
        case identity
        case lcm
        case nextInit
        /// As it was measured, or is to be.
        case domain(DomainLabel)
        /// The launch's settings.
        case settings
        /// What is done to a domain.
        case configuration(DomainLabel)
        /// A record, counted from 1, of which nothing better can be said.
        case record(Int)
    }

    /// What of it.
    enum Aspect: Equatable {
        /// It is on one side alone.
        case presence
        case pcr, domainOrder, unmeasured, error, outcome
        /// Whether a launch was measured whole before it ended.
        case extent
        case launcher, buildID, xenVersion, xenBuildID, securityMode
        case commandLine(CommandLine, CommandLine.Part)
        case byteCount, digest, path
        case domid, name, handle, roles, mode, coverage, vcpus, entry, registers, pageCount
        case region(RegionRole, Region)
        case regionOrder
        case mutableRegion(RegionRole)
        /// The images of these roles are those of the other domain, and the other way round.
        case swap(DomainLabel, [RegionRole])
        case tpmPolicy, handoff, handoffTarget
        case memory, dependencies
        /// With the vcpu where it is of one.
        case item(ConfigurationItem.Kind, vcpu: UInt64?)
        case itemOrder
        /// A record's data, and its digest in a bank.
        case recordData
        case recordDigest(HashAlgorithm)
    }

    /// Whose command line.
    enum CommandLine: Equatable {
        /// The boot domain's, or the domain's own.
        case own
        case xen

        enum Part: Equatable {
            case word
            /// The same words in another order.
            case order
            /// The same words with other spaces between them.
            case spacing
        }
    }

    /// What of a region.
    enum Region: Equatable {
        case presence, digest, byteCount, place, source
    }

    enum Value: Equatable {
        /// From outside, and so escaped where it is shown.
        case characters([UInt8])
        /// A word of the schema's own.
        case word(String)
        case number(UInt64)
        case kibibytes(UInt64)
        case byteCount(UInt64)
        case address(UInt64)
        case bytes([UInt8])
        case digest(Digest)
        case handle(DomainHandle)
        case roles(DomainRoles)
        case domids([DomainID])
        case domains([DomainLabel])
        case segments([Segment])
        case regionRoles([RegionRole])
        case item(ConfigurationItem)
        case items([ConfigurationItem])
        case error(LaunchEvent.ErrorRecord)
    }

    let place: Place
    let aspect: Aspect
    /// `nil` where that side has none.
    let a: Value?
    let b: Value?
}

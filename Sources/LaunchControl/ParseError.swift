// SPDX-License-Identifier: Apache-2.0

import Platform

/// Why a launch control module, or the table that carries it, is refused, and where.
public struct ParseError: Error, Equatable, Sendable {
    /// What is wrong; `domb check --json` and docs/lcm.md have these words.
    public enum Code: Word, CaseIterable, Sendable {
        // The blob's form.
        case unknownFormat = "neither a device tree blob nor any other known LCM format"
        case badChecksum = "the LCM's checksum is wrong"
        case truncated = "the blob ends too early"
        case badVersion = "device tree version 16 or 17 expected"
        case blockOutOfBounds = "a block lies outside the blob"
        case badToken = "unknown structure token"
        case unbalancedNodes = "nodes do not begin and end in pairs"
        case trailingData = "data after the end"
        case nameTooLong = "name too long"
        case badName = "name with forbidden characters or no end"
        case tooDeep = "nodes nested too deeply"
        case tooManyNodes = "too many nodes"
        case tooManyProperties = "too many properties"
        case tooLarge = "larger than an LCM may be"
        case duplicateName = "two properties or nodes of one name in one node"
        // What it says.
        case noHypervisorNode = "nothing under /chosen is compatible with \"hypervisor,xen\" or \"xen,domain\""
        case twoHypervisorNodes = "more than one hypervisor node"
        case badPropertyLength = "the property has the wrong length"
        case badPropertyValue = "the property has a value that it cannot have"
        case unknownDombProperty = "unknown domb, property"
        case missingProperty = "a property that must be there is missing"
        case conflictingProperties = "two properties contradict each other"
        case badDomid = "domid out of range"
        case duplicateDomid = "two domains have this domid"
        case duplicateDomainName = "two domains have this name"
        case reservedBits = "unknown bits are set"
        case startsByItself = "mode bit 8: the hypervisor would start the domain itself"
        case unknownModuleKind = "a module node of unknown kind"
        case duplicateModule = "a second kernel or ramdisk for one domain"
        case unknownDomain =
            "a node with memory, cpus or modules that is no domain (did you mean compatible = \"xen,domain\"?)"
        case noDomains = "no initial domain"
        case tooManyDomains = "too many domains"
        case badPhandle = "phandle 0 or 0xffffffff"
        case duplicatePhandle = "two nodes have this phandle"
        case unknownPhandle = "no domain has this phandle"
        case selfDependency = "a domain depends on itself"
        case unknownBackend = "no domain has the name of this backend or remote end"
        case overlappingSegments = "segments overlap or are not in ascending order"
        case limitExceeded = "larger than allowed"
        case badCPUList = "not a list of cpus"
        case notAscending = "items repeat, overlap or are not in ascending order"
        case unknownCPUPool = "the launch has no cpupool of this name"

        /// In words, for people.
        public var text: StaticString { name }
    }

    /// What is wrong.
    public let code: Code
    /// Bytes from the start of what was parsed.
    public let offset: Int
    /// The node path or property concerned, empty for errors of form.
    public let place: [UInt8]
    /// The name, or the phandle in decimal, that nothing has; empty for errors of another kind.
    public let reference: [UInt8]

    public init(_ code: Code, at offset: Int, place: [UInt8] = [], reference: [UInt8] = []) {
        self.code = code
        self.offset = offset
        self.place = place
        self.reference = reference
    }
}

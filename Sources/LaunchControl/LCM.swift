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

extension LCM {
    /// An LCM as it was read, with everything that is wrong with it.
    public struct Reading {
        /// `nil` where nothing of it can be relied on.
        public let lcm: LCM?
        /// In the order in which they were found.
        public let problems: [ParseError]
    }

    /// Reads an LCM of any known format; throws the first problem.
    public init<Hash: ContentHash>(parsing bytes: [UInt8], hashing: Hash.Type) throws(ParseError) {
        let reading = Self.read(bytes, hashing: hashing)
        if let first = reading.problems.first { throw first }
        guard let lcm = reading.lcm else { throw ParseError(.noDomains, at: 0) }
        self = lcm
    }

    /// Reads an LCM of any known format, told apart by its magic, and goes on after a problem where it can.
    public static func read<Hash: ContentHash>(_ bytes: [UInt8], hashing: Hash.Type) -> Reading {
        let problems = ProblemList()
        guard bytes.count <= Limits.moduleBytes else {
            problems.report(ParseError(.tooLarge, at: Limits.moduleBytes))
            return Reading(lcm: nil, problems: problems.problems)
        }
        let contents =
            bytes.starts(with: XLCM.magic)
            ? readXLCM(bytes, hashing: hashing, problems) : readDeviceTree(bytes, problems)
        guard let contents else { return Reading(lcm: nil, problems: problems.problems) }
        let lcm = assemble(contents, problems)
        return Reading(lcm: lcm, problems: problems.problems)
    }

    /// What a format's reader finds, before domids and dependencies are settled.
    struct Contents {
        var settings: LaunchSettings
        var drafts: [DomainDraft]
        var unknown: [UnknownProperty]
        /// Of the whole launch.
        var place: Place
    }

    private static func assemble(_ contents: Contents, _ problems: ProblemList) -> LCM? {
        // The boot domain is the reader itself: it is built by others and not launched by DomB.
        let boot = contents.drafts.filter { $0.description.roles.contains(.boot) }
        if boot.count > 1 { problems.report(boot[1].place.error(.conflictingProperties, "functions")) }
        var drafts = contents.drafts.filter { !$0.description.roles.contains(.boot) }
        guard !drafts.isEmpty else {
            // With problems in every domain there is no need to say that none is left.
            if problems.problems.isEmpty { problems.report(contents.place.error(.noDomains)) }
            return nil
        }
        assignDomids(&drafts, problems)
        let names = names(drafts, problems)
        resolveDependencies(&drafts, names: names, problems)
        checkBackends(drafts, names: names, problems)
        checkCPUPools(drafts, contents.settings, problems)
        return LCM(
            domains: drafts.map { $0.description }, settings: contents.settings,
            unknownProperties: contents.unknown + contents.drafts.flatMap { $0.unknown })
    }
}

extension LCM {
    /// Reads the prototype's binary LCM. DomB's own settings stand in the domains' extended configuration strings
    /// (ConfigurationText); those of the launch in the boot domain's.
    static func readXLCM<Hash: ContentHash>(
        _ bytes: [UInt8], hashing: Hash.Type, _ problems: ProblemList
    ) -> Contents? {
        guard let file = problems.attempt({ () throws(ParseError) in try XLCM(parsing: bytes) }) else { return nil }
        let place = Place(offset: 0, path: Line("xLCM").bytes)
        if let checksum = file.checksum, file.digest(hashing: hashing).bytes != checksum {
            problems.report(ParseError(.badChecksum, at: 8, place: place.path))
            return nil
        }
        let types = XLCMModuleTypes(file, problems)
        let checksums = XLCMChecksums(file, problems)
        var contents = Contents(settings: LaunchSettings(), drafts: [], unknown: [], place: place)
        for entry in file.entries where entry.type == .domain {
            guard contents.drafts.count < Limits.domains else {
                problems.report(ParseError(.tooManyDomains, at: entry.start))
                break
            }
            let path: Line = "domain \(contents.drafts.count + 1)"
            let place = Place(offset: entry.start, path: path.bytes)
            if var draft = DomainDraft(entry, types, checksums, place, problems) {
                draft.readText(entry, problems, settings: &contents.settings)
                draft.check(problems)
                contents.drafts.append(draft)
            }
        }
        return contents
    }
}

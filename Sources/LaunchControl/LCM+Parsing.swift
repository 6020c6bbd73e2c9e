// SPDX-License-Identifier: Apache-2.0

import Platform

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

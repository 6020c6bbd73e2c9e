// SPDX-License-Identifier: Apache-2.0

import Platform

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

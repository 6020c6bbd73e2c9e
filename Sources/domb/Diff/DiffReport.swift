// SPDX-License-Identifier: Apache-2.0

import LogReading
import Measurement
import Platform
import SimulatedPlatform

/// A comparison for people and as JSON.
struct DiffReport {
    let a: DiffInput
    let b: DiffInput
    let diff: LaunchDiff

    private var sides: [(side: LaunchComparison.Side, input: DiffInput)] { [(.a, a), (.b, b)] }

    var description: String {
        var lines = sides.map { "\($0.side.rawValue) \($0.input.path): \($0.input.words)" }
        lines += diff.changes.flatMap { $0.lines }
        if diff.changes.isEmpty { lines.append("nothing differs") }
        for (side, input) in sides {
            let findings = input.log?.replay.findings ?? []
            lines += Excerpt.lines(of: findings) { "\(side.rawValue) contradicts itself: \($0)" }
        }
        lines += unreachedLines + gapLines + effectLines
        return lines.joined(separator: "\n")
    }

    private var unreachedLines: [String] {
        guard let (side, places) = diff.unreached else { return [] }
        return ["\(side.rawValue) ended before: \(unique(places.map { $0.words }).joined(separator: ", "))"]
    }

    private var gapLines: [String] {
        [LaunchComparison.Side.a, .b].compactMap { side in
            let names = unique(diff.gaps.filter { $0.sayer == side }.map { $0.words })
            return names.isEmpty
                ? nil : "not compared, since only \(side.rawValue) says it: \(names.joined(separator: ", "))"
        }
    }

    private var effectLines: [String] {
        guard let logOfA = a.log, let logOfB = b.log else { return [] }
        var lines: [String] = []
        for (side, banks) in [("A", diff.unsharedBanks.a), ("B", diff.unsharedBanks.b)] where !banks.isEmpty {
            lines.append("only \(side) has the banks \(banks.map { $0.name.description }.joined(separator: ", "))")
        }
        let (pcrOfA, pcrOfB) = (logOfA.reader.pcr.rawValue, logOfB.reader.pcr.rawValue)
        let pcr = pcrOfA == pcrOfB ? "PCR \(pcrOfA)" : "PCR \(pcrOfA) of A, PCR \(pcrOfB) of B"
        for effect in diff.effects {
            if effect.isSame {
                lines.append("\(pcr) \(effect.bank.name): same")
            } else {
                lines.append("\(pcr) \(effect.bank.name):")
                lines += ["  A \(hexadecimal(effect.a.bytes))", "  B \(hexadecimal(effect.b.bytes))"]
            }
        }
        if let parting = diff.parting {
            lines.append("they part at record \(parting.record): \(parting.words)")
        }
        return lines
    }

    private func unique(_ list: [String]) -> [String] {
        var seen: Set<String> = []
        return list.filter { seen.insert($0).inserted }
    }

    var json: JSON {
        .object([
            ("format", .string("domb-diff")), ("version", .number(1)), ("a", a.json), ("b", b.json),
            ("same", .boolean(diff.isSame)), ("changes", .array(diff.changes.map { $0.json })),
            (
                "notReached",
                .optional(diff.unreached) { side, places in
                    .object([
                        ("side", .string(side.schemaName)), ("items", .array(places.map { .object($0.members) })),
                    ])
                }
            ),
            (
                "notCompared",
                .array(
                    diff.gaps.map { gap in
                        .object(
                            gap.place.members + [
                                ("what", .string(gap.aspect.schemaName)), ("saidBy", .string(gap.sayer.schemaName)),
                            ])
                    })
            ),
            (
                "pcrs",
                .array(
                    diff.effects.map { effect in
                        .object([
                            ("bank", .string(effect.bank.name.description)),
                            ("a", .string(hexadecimal(effect.a.bytes))),
                            ("b", .string(hexadecimal(effect.b.bytes))), ("same", .boolean(effect.isSame)),
                        ])
                    })
            ), ("firstDifference", .optional(diff.parting) { .number($0.record) }),
        ])
    }
}

extension LaunchComparison.Side {
    fileprivate var schemaName: String { self == .a ? "a" : "b" }
}

extension LaunchComparison.Gap {
    /// An LCM may leave open the digest of one domain's image and not another's; the rest it can say of none.
    fileprivate var words: String {
        switch (place, aspect) {
        case (.domain(let label), .region(_, .digest)): "\(label.words): \(aspect.words)"
        case (_, .presence): place.words
        case (.lcm, _), (.nextInit, _): "\(place.words) \(aspect.words)"
        default: aspect.words
        }
    }
}

extension LaunchDiff.Parting {
    fileprivate var words: String {
        let (first, second) = (a?.shortWords ?? "none", b?.shortWords ?? "none")
        return first == second ? first : "\(first) of A, \(second) of B"
    }
}

extension EventLogReader.Content {
    /// "domain 2 broker", "lcm".
    fileprivate var shortWords: String {
        switch self {
        case .event(.domain(let record), _): DomainLabel(domid: record.domid.rawValue, name: record.name).words
        case .event(let event, _): event.kindName
        case .separator: "separator"
        }
    }
}

extension DiffInput {
    fileprivate var json: JSON {
        switch content {
        case .lcm(_, let compiled):
            .object([
                ("file", .string(path)), ("form", .string("lcm")),
                ("sha256", .optional(compiled) { .string(hexadecimal($0.digest.bytes)) }),
            ])
        case .log(let log):
            .object([
                ("file", .string(path)), ("form", .string("log")),
                ("sha256", .string(hexadecimal(SwiftCryptoHash.digest(.sha256, of: log.bytes).bytes))),
                ("pcr", .number(log.reader.pcr.rawValue)),
                ("banks", .array(log.reader.banks.map { .string($0.name.description) })),
                ("result", .string(log.replay.outcome.rawValue)),
                (
                    "findings",
                    .array(
                        log.replay.findings.map {
                            .object([("record", .number($0.record)), ("text", .string($0.text))])
                        })
                ),
            ])
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform

/// What differs between two launches, by what each side says of its own.
///
/// The cap, the separator and the sequence numbers are left out: they follow from the rest.
struct LaunchComparison {
    enum Side: String {
        case a = "A"
        case b = "B"
    }

    /// Something that one side alone can say.
    struct Gap: Equatable {
        let place: Change.Place
        let aspect: Change.Aspect
        let sayer: Side
    }

    private(set) var changes: [Change] = []
    private(set) var gaps: [Gap] = []
    /// What the launch of one side, which failed or broke off, did not come to.
    private(set) var unreached: (side: Side, places: [Change.Place])?

    let a: LaunchStatement
    let b: LaunchStatement

    init(_ a: LaunchStatement, _ b: LaunchStatement) {
        self.a = a
        self.b = b
        compare(.launch, .pcr, a.pcr, b.pcr) { $0.map { .number(UInt64($0.rawValue)) } }
        compareIdentity()
        compare(.launch, .unmeasured, a.unmeasured, b.unmeasured) { $0.map { .word($0.name.description) } }
        compareModule()
        compareNextInit()
        let pairs = DomainPair.pairs(a.domains, b.domains)
        compareDomains(pairs)
        compareSettings()
        compareConfigurations(pairs)
        compareEnding()
        changes = changes.withoutRepetitions()
    }

    // MARK: - Adding

    mutating func append(_ change: Change) { changes.append(change) }

    mutating func appendGap(_ place: Change.Place, _ aspect: Change.Aspect, _ sayer: Side) {
        gaps.append(Gap(place: place, aspect: aspect, sayer: sayer))
    }

    mutating func add<Value: Equatable>(
        _ place: Change.Place, _ aspect: Change.Aspect, _ a: Value, _ b: Value, _ value: (Value) -> Change.Value?
    ) {
        if a != b { append(Change(place: place, aspect: aspect, a: value(a), b: value(b))) }
    }

    mutating func compare<Value: Equatable>(
        _ place: Change.Place, _ aspect: Change.Aspect, _ a: Said<Value>, _ b: Said<Value>,
        _ value: (Value) -> Change.Value?
    ) {
        switch (a, b) {
        case (.said(let a), .said(let b)): add(place, aspect, a, b, value)
        case (.said, .unsaid): appendGap(place, aspect, .a)
        case (.unsaid, .said): appendGap(place, aspect, .b)
        case (.unsaid, .unsaid): break
        }
    }

    /// What is on one side alone: a difference, unless the other side's launch ended before it.
    mutating func addPresence(_ place: Change.Place, only side: Side, _ value: Change.Value) {
        let (sayer, other) = side == .a ? (a, b) : (b, a)
        if sayer.isWhole, !other.isWhole {
            if unreached == nil { unreached = (side == .a ? .b : .a, []) }
            unreached?.places.append(place)
        } else {
            append(
                Change(
                    place: place, aspect: .presence, a: side == .a ? value : nil, b: side == .b ? value : nil))
        }
    }

    // MARK: - The launch as a whole

    private mutating func compareIdentity() {
        switch (a.identity, b.identity) {
        case (.said(let a?), .said(let b?)): compare(a, b)
        case (.said(.some), .said(nil)): addPresence(.identity, only: .a, .word("present"))
        case (.said(nil), .said(.some)): addPresence(.identity, only: .b, .word("present"))
        default: compare(.identity, .presence, a.identity, b.identity) { _ in nil }
        }
    }

    private mutating func compare(_ a: LaunchEvent.Identity, _ b: LaunchEvent.Identity) {
        let place = Change.Place.identity
        add(place, .launcher, a.launcher, b.launcher) { .word($0 == .bootDomain ? "boot domain" : "command") }
        add(place, .buildID, a.buildID, b.buildID) { .bytes($0) }
        addCommandLine(place, .own, a.commandLine, b.commandLine)
        add(place, .xenVersion, a.xenVersion, b.xenVersion) { .characters($0) }
        add(place, .xenBuildID, a.xenBuildID, b.xenBuildID) { .bytes($0) }
        addCommandLine(place, .xen, a.xenCommandLine, b.xenCommandLine)
        add(place, .securityMode, a.securityMode, b.securityMode) { .word($0.name.description) }
    }

    mutating func addCommandLine(_ place: Change.Place, _ whose: Change.CommandLine, _ a: [UInt8], _ b: [UInt8]) {
        for change in CommandLineComparison(a, b).changes {
            append(
                Change(
                    place: place, aspect: .commandLine(whose, change.part), a: change.a.map { .characters($0) },
                    b: change.b.map { .characters($0) }))
        }
    }

    private mutating func compareModule() {
        switch (a.lcm, b.lcm) {
        case (.said(let a?), .said(let b?)):
            add(.lcm, .byteCount, a.byteCount, b.byteCount) { .byteCount($0) }
            add(.lcm, .digest, a.digest, b.digest) { .digest($0) }
        case (.said(let a?), .said(nil)): addPresence(.lcm, only: .a, .digest(a.digest))
        case (.said(nil), .said(let b?)): addPresence(.lcm, only: .b, .digest(b.digest))
        default: compare(.lcm, .digest, a.lcm, b.lcm) { $0.map { .digest($0.digest) } }
        }
    }

    private mutating func compareNextInit() {
        switch (a.nextInit, b.nextInit) {
        case (.said(let a?), .said(let b?)):
            add(.nextInit, .path, a.path, b.path) { .characters($0) }
            add(.nextInit, .byteCount, a.byteCount, b.byteCount) { .byteCount($0) }
            add(.nextInit, .digest, a.digest, b.digest) { .digest($0) }
        case (.said(let a?), .said(nil)): addPresence(.nextInit, only: .a, .characters(a.path))
        case (.said(nil), .said(let b?)): addPresence(.nextInit, only: .b, .characters(b.path))
        // A launch without one has nothing that could be compared.
        case (.said(nil), .unsaid), (.unsaid, .said(nil)): break
        default: compare(.nextInit, .digest, a.nextInit, b.nextInit) { $0.map { .digest($0.digest) } }
        }
    }

    private mutating func compareSettings() {
        guard let first = a.settings, let second = b.settings else {
            if a.settings != nil { addPresence(.settings, only: .a, .word("present")) }
            if b.settings != nil { addPresence(.settings, only: .b, .word("present")) }
            return
        }
        add(.settings, .tpmPolicy, first.tpmPolicy, second.tpmPolicy) { .word($0.name.description) }
        add(.settings, .coverage, first.coverage, second.coverage) { .word($0.name.description) }
        add(.settings, .handoff, first.handoff, second.handoff) { .word($0.name.description) }
        add(.settings, .handoffTarget, first.handoffTarget, second.handoffTarget) { $0.isEmpty ? nil : .characters($0) }
    }

    /// An LCM describes a launch that comes to its end.
    private mutating func compareEnding() {
        let errors = Keyed(a.ending?.errors ?? [], b.ending?.errors ?? []) { _ in 0 }
        for pair in errors.pairs {
            add(.launch, .error, pair.a, pair.b) { $0.map { .error($0) } }
        }
        // That no TPM answered, and that there was an error, is told already.
        let told = changes.contains { $0.place == .launch && [.error, .unmeasured].contains($0.aspect) }
        if let first = a.ending?.outcome, let second = b.ending?.outcome {
            if !told { add(.launch, .outcome, first, second) { .word($0.rawValue) } }
        } else if !told, let ending = a.ending ?? b.ending, ending.outcome == .open {
            let value = Change.Value.word(ending.outcome.rawValue)
            append(
                Change(
                    place: .launch, aspect: .outcome, a: a.ending == nil ? nil : value, b: b.ending == nil ? nil : value
                ))
        }
        // The same error may come before a launch was measured and after.
        if !changes.contains(where: { $0.place == .launch && [.error, .outcome].contains($0.aspect) }) {
            add(.launch, .extent, a.extent, b.extent) { .word($0) }
        }
    }
}

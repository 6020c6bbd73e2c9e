// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform

extension LaunchComparison {
    mutating func compareDomains(_ pairs: [DomainPair]) {
        var swaps: [DomainLabel: ImageSwap] = [:]
        for swap in ImageSwap.swaps(pairs) {
            swaps[swap.first] = swap
            swaps[swap.second] = swap
            append(
                Change(
                    place: .domain(swap.first), aspect: .swap(swap.second, swap.roles), a: .regionRoles(swap.roles),
                    b: .regionRoles(swap.roles)))
        }
        for pair in pairs {
            guard let label = pair.label else { continue }
            switch (pair.a, pair.b) {
            case (let a?, let b?):
                compare(a, b, swaps[label])
            case (let a?, nil): addPresence(.domain(label), only: .a, .domains([a.label]))
            case (nil, let b?): addPresence(.domain(label), only: .b, .domains([b.label]))
            case (nil, nil): break
            }
        }
        let common = pairs.filter { $0.a != nil && $0.b != nil }
        let inOrderOfB = common.sorted { ($0.places.b ?? 0) < ($1.places.b ?? 0) }
        add(.launch, .domainOrder, common.compactMap { $0.label }, inOrderOfB.compactMap { $0.label }) {
            .domains($0)
        }
    }

    private mutating func compare(_ a: DomainStatement, _ b: DomainStatement, _ swap: ImageSwap?) {
        let place = Change.Place.domain(a.label)
        add(place, .domid, a.label.domid, b.label.domid) { .number(UInt64($0)) }
        add(place, .name, a.label.name, b.label.name) { .characters($0) }
        add(place, .handle, a.handle, b.handle) { $0 == .unset ? nil : .handle($0) }
        add(place, .roles, a.roles, b.roles) { .roles($0) }
        compare(place, .mode, a.mode, b.mode) { .word($0.word) }
        compare(place, .coverage, a.coverage, b.coverage) { .word($0.name.description) }
        add(place, .vcpus, a.vcpus, b.vcpus) { .number(UInt64($0)) }
        if swap?.movesEntry != true {
            compare(place, .entry, a.entry, b.entry) { .address($0) }
        }
        if swap?.movesRegisters != true {
            compare(place, .registers, a.registers, b.registers) { .digest($0) }
        }
        addCommandLine(place, .own, a.commandLine, b.commandLine)
        compareRegions(place, a, b, swap)
        let mutableRegions = Keyed(a.mutableRegions, b.mutableRegions) { $0.role }
        for pair in mutableRegions.pairs {
            add(place, .mutableRegion(pair.key), pair.a, pair.b) { $0.map { .segments([$0.place]) } }
        }
        compare(place, .pageCount, a.pageCount, b.pageCount) { .number($0) }
    }

    private mutating func compareRegions(
        _ place: Change.Place, _ a: DomainStatement, _ b: DomainStatement, _ swap: ImageSwap?
    ) {
        let areComplete = a.namesEveryRegion == b.namesEveryRegion
        let regions = Keyed(a.regions, b.regions) { $0.role }
        for pair in regions.pairs {
            let role = pair.key
            guard let first = pair.a, let second = pair.b else {
                // An LCM names the images alone: what the builder adds is no difference, but not compared either.
                if !areComplete, !role.isImage {
                    let sayer: Side = pair.a == nil ? .b : .a
                    appendGap(place, .region(role, .presence), sayer)
                } else {
                    append(
                        Change(
                            place: place, aspect: .region(role, .presence), a: pair.a.map { _ in .word("present") },
                            b: pair.b.map { _ in .word("present") }))
                }
                continue
            }
            compare(place, role, first, second) { swap?.explains(role, $0) == true }
        }
        if regions.isReordered {
            append(
                Change(
                    place: place, aspect: .regionOrder, a: .regionRoles(a.regions.map { $0.role }),
                    b: .regionRoles(b.regions.map { $0.role })))
        }
    }

    private mutating func compare(
        _ place: Change.Place, _ role: RegionRole, _ a: DomainStatement.Region, _ b: DomainStatement.Region,
        isTold: (Change.Region) -> Bool
    ) {
        if !isTold(.digest) { compare(place, .region(role, .digest), a.digest, b.digest) { $0.map { .digest($0) } } }
        if !isTold(.byteCount) {
            compare(place, .region(role, .byteCount), a.byteCount, b.byteCount) { $0.map { .byteCount($0) } }
        }
        if !isTold(.place), a.moved(to: b) {
            compare(place, .region(role, .place), a.segments, b.segments) { .segments($0) }
        }
        if !isTold(.source) {
            compare(place, .region(role, .source), a.source, b.source) { .characters(Array($0.utf8)) }
        }
    }
}

extension DomainStatement.Region {
    /// Whether its segments differ in more than that the last one ends elsewhere, which the size tells.
    fileprivate func moved(to other: DomainStatement.Region) -> Bool {
        guard case .said(let ours) = segments, case .said(let theirs) = other.segments else { return true }
        guard byteCount != other.byteCount, ours.count == theirs.count else { return true }
        return !zip(ours, theirs).allSatisfy { $0.address == $1.address }
    }
}

extension RegionRole {
    /// What somebody provides as a file, against what the builder makes.
    var isImage: Bool {
        switch self {
        case .kernel, .ramdisk, .deviceTree, .config: true
        case .startInfo, .memoryMap, .acpi, .identityPageTable, .log, .commandLine, .consoleMark, .frameList,
            .pageTables,
            .ring:
            false
        }
    }
}

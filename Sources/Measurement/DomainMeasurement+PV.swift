// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// What is different in a PV domain: it has page tables and a list of machine frames instead of ACPI tables and a memory map.
extension DomainMeasurement where Host: ~Copyable {
    func surveyPV(on host: inout Host) throws(MeasurementError) -> DomainSurvey {
        let built = try PVDomain.read(domain.domid, pageCount: pageCount, on: &host)
        return DomainSurvey(
            domid: domain.domid, entry: built.context.rip,
            registers: Hash.digest(.sha256, of: built.context.canonicalBytes), built: .pv(built),
            images: [try kernel()] + (try ramdisk(built, on: &host)))
    }

    /// A ramdisk that is named by its frame has its size in whole pages only: what the LCM says of its size is measured, and the
    /// rest of the last page has to be zero.
    private func ramdisk(_ built: PVDomain, on host: inout Host) throws(MeasurementError) -> [DomainSurvey.Image] {
        let expected = domain.startInfoModules
        guard let module = expected.first, let place = try built.ramdisk(), expected.count == 1 else {
            guard expected.isEmpty, built.startInfo.moduleByteCount == 0 else {
                throw .moduleCount(
                    expected: UInt32(expected.count), actual: built.startInfo.moduleByteCount == 0 ? 0 : 1)
            }
            return []
        }
        guard let size = module.image.byteCount else { return [(module.role, [place], module.image)] }
        let rest = built.startInfo.namesModuleByFrame ? (4096 - size % 4096) % 4096 : 0
        guard size > 0, size &+ rest == place.byteCount, let end = place.end else {
            throw .moduleSize(module.role, expected: size, actual: place.byteCount)
        }
        let stray = try asMeasurement(try host.firstNonZero(domain.domid, at: end - rest, byteCount: rest))
        if let stray { throw .strayByte(stray) }
        return [(module.role, [Segment(address: place.address, byteCount: size)], module.image)]
    }

    /// The command line's room is a part of the start info, and of its digest.
    func checkCommandLine(_ startInfo: PVStartInfo) throws(MeasurementError) {
        let room = startInfo.commandLine
        guard room.count > domain.commandLine.count, room.starts(with: domain.commandLine),
            room.dropFirst(domain.commandLine.count).allSatisfy({ $0 == 0 })
        else { throw .commandLineMismatch }
    }

    func measureTables(_ built: PVDomain, on host: inout Host) throws(MeasurementError) -> Tables {
        var pages: [UInt8] = []
        pages.append(littleEndian: pageCount, byteCount: 8)
        var regions = [
            region(.startInfo, [built.startInfoPlace], built.startInfo.canonicalBytes),
            region(.frameList, [built.listPlace], pages),
            region(.pageTables, built.tables.places, built.tables.canonicalBytes),
        ]
        if let mark = try measureConsoleMark(built.startInfo.consoleFrame, on: &host) { regions.append(mark) }
        let rings = Self.ring(built.startInfo.consoleFrame) + Self.ring(built.startInfo.xenstoreFrame)
        return (regions, rings, .listed, .toolstack)
    }

    private func region(_ role: RegionRole, _ places: [Segment], _ canonical: [UInt8]) -> MeasuredRegion {
        MeasuredRegion(role: role, segments: places, digest: Hash.digest(.sha256, of: canonical))
    }
}

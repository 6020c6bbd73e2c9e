// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Measures one domain where it lies: in its own memory, while it is paused.
public struct DomainMeasurement<Hash: ContentHash, Host: Hypervisor & ImageSource & ~Copyable> {
    let domain: DomainDescription
    private let coverage: Coverage
    /// By the LCM's word.
    private let builder: BuilderKind
    /// Pages that the domain owns, by Xen's word.
    let pageCount: UInt64

    public init(
        _ domain: DomainDescription, coverage: Coverage, builder: BuilderKind = .toolstack, pageCount: UInt64
    ) {
        self.domain = domain
        self.builder = builder
        self.coverage = coverage
        self.pageCount = pageCount
    }

    /// What has to be known before the domain's images can be hashed.
    public func survey(on host: inout Host) throws(MeasurementError) -> DomainSurvey {
        if domain.mode == .pv { return try surveyPV(on: &host) }
        let state = try asMeasurement(try host.vcpuState(domain.domid))
        let startInfo = try StartInfo.read(domain.domid, at: state.startInfo, on: &host)
        return DomainSurvey(
            domid: domain.domid, entry: state.instructionPointer,
            registers: Hash.digest(.sha256, of: state.registers), built: .pvh(startInfo, at: state.startInfo),
            images: [try kernel()] + (try modules(startInfo, on: &host)))
    }

    func kernel() throws(MeasurementError) -> DomainSurvey.Image {
        guard !domain.kernel.segments.isEmpty else { throw .unknownPlace(.kernel) }
        return (.kernel, domain.kernel.segments, domain.kernel)
    }

    /// The domain's record. Throws where memory is not what the LCM expects.
    public func measure(_ survey: DomainSurvey, on host: inout Host) throws(MeasurementError)
        -> LaunchEvent.DomainRecord
    {
        try checkOtherVCPUs(on: &host)
        var layout = DomainLayout()
        try check(survey.built, &layout, on: &host)
        var regions: [MeasuredRegion] = []
        for image in survey.images { regions.append(try measure(image, on: &host)) }
        let tables =
            switch survey.built {
            case .pvh(let startInfo, let address): try measureTables(startInfo, at: address, on: &host)
            case .pv(let built): try measureTables(built, on: &host)
            }
        regions += tables.regions
        for region in regions { try layout.add(region.role, region.segments) }
        for page in tables.rings { try layout.add(.ring, page) }
        if let place = domain.logRegion {
            try layout.add(.log, [place])
            try checkZero(place, on: &host)
        }
        if coverage == .all {
            try CoverageProof(
                domain.domid, named: layout.segments, memory: tables.memory, builder: tables.builder
            ).check(pageCount: pageCount, on: &host)
        }
        return LaunchEvent.DomainRecord(
            domid: domain.domid, name: domain.name, handle: domain.handle ?? .unset, roles: domain.roles,
            coverage: coverage, vcpus: domain.vcpus, entry: survey.entry, registers: survey.registers,
            commandLine: domain.commandLine, regions: regions, logRegion: domain.logRegion,
            pageCount: coverage == .all ? pageCount : 0)
    }

    /// Flags and command line. A PVH domain's command line has a place of its own.
    private func check(
        _ built: DomainSurvey.Built, _ layout: inout DomainLayout, on host: inout Host
    ) throws(MeasurementError) {
        switch built {
        case .pvh(let startInfo, _):
            try checkFlags(startInfo.flags, on: &host)
            if let place = try checkCommandLine(startInfo, on: &host) { try layout.add(.commandLine, [place]) }
        case .pv(let built):
            try checkFlags(UInt32(truncatingIfNeeded: built.startInfo.flags), on: &host)
            try checkCommandLine(built.startInfo)
        }
    }

    /// Only vcpu 0's registers are measured, so only vcpu 0 may run.
    private func checkOtherVCPUs(on host: inout Host) throws(MeasurementError) {
        for vcpu in (0..<domain.vcpus).dropFirst() {
            guard try !asMeasurement(try host.isVCPUOnline(domain.domid, vcpu: vcpu)) else { throw .onlineVCPU(vcpu) }
        }
    }

    /// SIF_PRIVILEGED and SIF_INITDOMAIN (xen/public/xen.h): a kernel that finds them takes itself for dom0. Where the LCM says
    /// that the hypervisor built the domains, which sets them everywhere, they are told and recorded.
    private func checkFlags(_ given: UInt32, on host: inout Host) throws(MeasurementError) {
        let isDom0 = domain.roles.contains(.legacyDom0)
        var flags = given & 3
        if isDom0 || domain.roles.contains(.control) { flags &= ~1 }
        if isDom0 || domain.roles.contains(.hardware) { flags &= ~2 }
        guard flags != 0 else { return }
        guard builder == .hypervisor else { throw .foreignFlags(flags) }
        host.journal.note("note: domain \(domain.domid): \(MeasurementError.foreignFlags(flags).message)")
    }

    /// The builder says in the start info where it put the ramdisk and what comes with it: nothing else knows.
    private func modules(_ startInfo: StartInfo, on host: inout Host) throws(MeasurementError) -> [DomainSurvey.Image] {
        let expected = domain.startInfoModules
        guard startInfo.moduleCount == UInt32(expected.count) else {
            throw .moduleCount(expected: UInt32(expected.count), actual: startInfo.moduleCount)
        }
        let list = try read(startInfo.moduleList, expected.count * StartInfo.moduleEntrySize, on: &host)
        var images: [DomainSurvey.Image] = []
        for (module, place) in zip(expected, StartInfo.modules(parsing: list)) {
            if let size = module.image.byteCount, size != place.byteCount {
                throw .moduleSize(module.role, expected: size, actual: place.byteCount)
            }
            images.append((module.role, [place], module.image))
        }
        return images
    }

    private func measure(_ image: DomainSurvey.Image, on host: inout Host) throws(MeasurementError) -> MeasuredRegion {
        let region = try measure(image.role, at: image.segments, on: &host)
        if let expected = image.reference.expectedDigest, expected != region.digest {
            throw .digestMismatch(image.role, expected: expected, actual: region.digest)
        }
        return region
    }

    func measure(_ role: RegionRole, at segments: [Segment], on host: inout Host) throws(MeasurementError)
        -> MeasuredRegion
    {
        let region = ContentRegion(domid: domain.domid, segments: segments)
        let digest = try asMeasurement(try host.digest(of: region, hashing: Hash.self))
        return MeasuredRegion(role: role, segments: segments, digest: digest)
    }

    /// The command line in memory must be the LCM's, with its zero. Returns where it lies.
    private func checkCommandLine(_ startInfo: StartInfo, on host: inout Host) throws(MeasurementError) -> Segment? {
        guard startInfo.commandLine != 0 else {
            guard domain.commandLine.isEmpty else { throw .commandLineMismatch }
            return nil
        }
        let text = try read(startInfo.commandLine, domain.commandLine.count + 1, on: &host)
        guard text == domain.commandLine + [0] else { throw .commandLineMismatch }
        return Segment(address: startInfo.commandLine, byteCount: UInt64(text.count))
    }

    private func checkZero(_ place: Segment, on host: inout Host) throws(MeasurementError) {
        let found = try asMeasurement(
            try host.firstNonZero(domain.domid, at: place.address, byteCount: place.byteCount))
        if let found { throw .logRegionInUse(found) }
    }

    func read(_ address: UInt64, _ byteCount: Int, on host: inout Host) throws(MeasurementError) -> [UInt8] {
        guard byteCount > 0 else { return [] }
        return try asMeasurement(try host.read(domain.domid, at: address, byteCount: byteCount))
    }
}

/// A failed hypercall as a failed measurement.
func asMeasurement<Result>(
    _ body: @autoclosure () throws(HypercallError) -> Result
) throws(MeasurementError) -> Result {
    do throws(HypercallError) { return try body() } catch { throw .hypercall(error) }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Measures one domain where it lies: in its own memory, while it is paused.
public struct DomainMeasurement<Hash: ContentHash> {
    private let domain: DomainDescription

    public init(_ domain: DomainDescription, hashing: Hash.Type) { self.domain = domain }

    /// The domain's record. Throws where memory is not what the LCM expects.
    public func measure<Host: Hypervisor & ImageSource & ~Copyable>(
        coverage: Coverage, on host: inout Host
    ) throws(MeasurementError) -> LaunchEvent.DomainRecord {
        let entry = try asMeasurement { () throws(HypercallError) in try host.vcpuEntry(domain.domid) }
        let startInfo = try StartInfo(parsing: try read(entry.startInfo, StartInfo.byteCount, on: &host))
        try checkCommandLine(startInfo, on: &host)
        var images = [try measureKernel(on: &host)]
        if let ramdisk = try measureRamdisk(startInfo, on: &host) { images.append(ramdisk) }
        return LaunchEvent.DomainRecord(
            domid: domain.domid, name: domain.name, handle: domain.handle ?? .unset, roles: domain.roles,
            coverage: coverage, entry: entry.instructionPointer, commandLine: domain.commandLine, images: images)
    }

    private func measureKernel<Host: ImageSource & ~Copyable>(
        on host: inout Host
    ) throws(MeasurementError) -> MeasuredImage {
        guard !domain.kernel.segments.isEmpty else { throw .unknownPlace(.kernel) }
        return try measure(.kernel, domain.kernel, at: domain.kernel.segments, on: &host)
    }

    /// The builder says in the start info where it put the ramdisk: nothing else knows.
    private func measureRamdisk<Host: ImageSource & ~Copyable>(
        _ startInfo: StartInfo, on host: inout Host
    ) throws(MeasurementError) -> MeasuredImage? {
        let expected: UInt32 = domain.ramdisk == nil ? 0 : 1
        guard startInfo.moduleCount == expected else {
            throw .moduleCount(expected: expected, actual: startInfo.moduleCount)
        }
        guard let ramdisk = domain.ramdisk else { return nil }
        let place = try StartInfo.module(
            parsing: try read(startInfo.moduleList, StartInfo.moduleEntrySize, on: &host))
        if let size = ramdisk.byteCount, size != place.byteCount {
            throw .ramdiskSize(expected: size, actual: place.byteCount)
        }
        return try measure(.ramdisk, ramdisk, at: [place], on: &host)
    }

    private func measure<Host: ImageSource & ~Copyable>(
        _ role: ImageRole, _ image: ImageReference, at segments: [Segment], on host: inout Host
    ) throws(MeasurementError) -> MeasuredImage {
        var hash = Hash(.sha256)
        for segment in segments {
            try asMeasurement { () throws(HypercallError) in
                try host.hash(domain.domid, at: segment.address, byteCount: segment.byteCount, into: &hash)
            }
        }
        let digest = hash.finish()
        if let expected = image.expectedDigest, expected != digest {
            throw .digestMismatch(role, expected: expected, actual: digest)
        }
        return MeasuredImage(role: role, segments: segments, digest: digest)
    }

    /// The command line in memory must be the LCM's, with its zero.
    private func checkCommandLine<Host: ImageSource & ~Copyable>(
        _ startInfo: StartInfo, on host: inout Host
    ) throws(MeasurementError) {
        guard startInfo.commandLine != 0 else {
            guard domain.commandLine.isEmpty else { throw .commandLineMismatch }
            return
        }
        let text = try read(startInfo.commandLine, domain.commandLine.count + 1, on: &host)
        guard text == domain.commandLine + [0] else { throw .commandLineMismatch }
    }

    private func read<Host: ImageSource & ~Copyable>(
        _ address: UInt64, _ byteCount: Int, on host: inout Host
    ) throws(MeasurementError) -> [UInt8] {
        try asMeasurement { () throws(HypercallError) in
            try host.read(domain.domid, at: address, byteCount: byteCount)
        }
    }

    private func asMeasurement<Result>(
        _ body: () throws(HypercallError) -> Result
    ) throws(MeasurementError) -> Result {
        do throws(HypercallError) { return try body() } catch { throw .hypercall(error) }
    }
}

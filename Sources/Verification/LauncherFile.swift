// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// A file that the firmware or the boot loader read to start the boot domain: the boot loader, Xen, the kernel, the
/// initramfs.
public struct LauncherFile: Sendable {
    public let name: String
    /// In every algorithm: of the file as it is, which GRUB measures.
    let digests: [Digest]
    /// Of a PE image what firmware measures: its Authenticode hash. Otherwise empty.
    let imageDigests: [Digest]
    /// The whole file where it is an ACPI table that carries an LCM, or a part of one.
    let table: [UInt8]?

    public init<Hash: ContentHash>(name: String, content: [UInt8], hashing: Hash.Type) {
        self.name = name
        digests = HashAlgorithm.allCases.map { Hash.digest($0, of: content) }
        let image = PortableExecutable(content)
        table = LaunchControlContainer.isTable(content) ? content : nil
        imageDigests = HashAlgorithm.allCases.compactMap { image?.digest($0, hashing: Hash.self) }
    }

    /// Whether the event is of this file, in every bank that is known here.
    func explains(_ event: FirmwareLog.Event) -> Bool {
        event.isOnly(of: digests) || event.isOnly(of: imageDigests)
    }
}

extension FirmwareLog.Event {
    /// Whether every digest of the event that is known here is among the given ones, and at least one is.
    func isOnly(of digests: [Platform.Digest]) -> Bool {
        let known = self.digests.compactMap { digest in
            HashAlgorithm(rawValue: digest.algorithm).flatMap { Platform.Digest($0, bytes: digest.bytes) }
        }
        return !known.isEmpty && known.allSatisfy { digests.contains($0) }
    }
}

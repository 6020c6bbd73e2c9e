// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// A file that the firmware or the boot loader read to start the boot domain: the boot loader, its configuration, Xen, the
/// kernel, the initramfs.
public struct LauncherFile: Sendable {
    public let name: String
    /// In every algorithm: of the file as it is, which GRUB measures.
    let digests: [Digest]
    /// Of a PE image what firmware measures: its Authenticode hash. Otherwise empty.
    let imageDigests: [Digest]
    /// The whole file where it is an ACPI table that carries an LCM, or a part of one.
    let table: [UInt8]?
    /// What it starts, where it is a PE image of Xen with all that Xen needs.
    let unified: UnifiedImage?
    /// A PE image with shim's version in it, as shim's version.c writes it.
    let isShim: Bool
    /// Its commands, where it can be a configuration of GRUB.
    let script: GrubScript?

    /// A shim is a megabyte at most.
    private static let shimLimit = 1 << 22

    public init<Hash: ContentHash>(name: String, content: [UInt8], hashing: Hash.Type) {
        self.name = name
        digests = HashAlgorithm.allCases.map { Hash.digest($0, of: content) }
        let image = PortableExecutable(content)
        table = LaunchControlContainer.isTable(content) ? content : nil
        imageDigests = HashAlgorithm.allCases.compactMap { image?.digest($0, hashing: Hash.self) }
        unified = image.flatMap { UnifiedImage($0) }
        isShim =
            image != nil && content.count <= Self.shimLimit && content.contains(Line("UEFI SHIM\n$Version: ").bytes)
        script = GrubScript(content)
    }

    /// What is measured of a file: GRUB measures all of it into PCR 9, firmware the image in it into PCRs 2 and 4. One is
    /// never the other: a second file may consist of the bytes that an image is measured by.
    enum Form {
        case file, image
    }

    func digests(_ form: Form) -> [Digest] {
        switch form {
        case .file: digests
        case .image: imageDigests
        }
    }

    /// Whether it is meant as ACPI tables, of DomB's or not: by what it carries, or by its name.
    var isTables: Bool { table != nil || baseName.suffix(4) == Line(".aml").bytes[...] }

    /// What stands behind the last slash of its name.
    var baseName: [UInt8] { BootLoaderCommand.baseName(Array(name.utf8)) }
}

extension FirmwareLog.Event {
    /// Whether the event has a digest in each of the banks, every one of them among those given.
    func isOf(_ digests: [Platform.Digest], in banks: [HashAlgorithm]) -> Bool {
        !banks.isEmpty
            && banks.allSatisfy { bank in
                guard let bytes = digest(bank), let digest = Platform.Digest(bank, bytes: bytes) else { return false }
                return digests.contains(digest)
            }
    }

    /// Whether these bytes are what was measured.
    func isOf<Hash: ContentHash>(_ content: [UInt8], in banks: [HashAlgorithm], hashing: Hash.Type) -> Bool {
        isOf(banks.map { Hash.digest($0, of: content) }, in: banks)
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Sequencer
import SimulatedPlatform

/// What the boot domain will find in its initramfs, against what the launch says of it: programs, and with
/// `builder: construct` the images, /images/N for module N.
struct InitramfsCheck {
    private let description: LaunchDescription
    private let modules: LaunchDescription.Modules
    private let domains: [DomainDescription]
    private let initramfs: Initramfs
    private(set) var refusals: [String] = []
    /// What is another than the file beside the description, and may be.
    private(set) var notes: [String] = []

    init(
        _ description: LaunchDescription, _ modules: LaunchDescription.Modules, _ domains: [DomainDescription],
        _ initramfs: Initramfs
    ) {
        self.description = description
        self.modules = modules
        self.domains = domains
        self.initramfs = initramfs
    }

    mutating func run(_ images: inout ImageFolder) throws(CommandFailure) {
        checkPrograms()
        guard description.builder == .construct else { return }
        var seen: Set<UInt32> = []
        for domain in domains {
            for (image, isKernel) in [(domain.kernel, true)] + domain.loadedModules.map({ ($0, false) }) {
                guard let index = image.moduleIndex, seen.insert(index).inserted else { continue }
                try check(image, index, "\(isKernel ? "kernel" : "ramdisk") of \(text(domain.name))", isKernel, &images)
            }
        }
    }

    private mutating func refuse(_ text: String) { refusals.append("\(initramfs.path): \(text)") }

    /// What runs in the boot domain: without the first the kernel starts nothing, without the others DomB gives up.
    private mutating func checkPrograms() {
        let named = BootOptions.value(of: "rdinit", in: description.boot?.commandLine ?? [])
        let initial = named.map { String(decoding: $0, as: UTF8.self) } ?? "/init"
        if initramfs.file(initial) == nil {
            refuse("it has no \(initial), with which the boot domain's kernel begins (rdinit=)")
        }
        if description.settings.handoff == .execute, let target = description.settings.handoffTarget,
            initramfs.file(String(decoding: target, as: UTF8.self)) == nil
        {
            refuse("it has no \(text(target)), to which the launch hands over (launch.handoff_target)")
        }
        if let digest = description.settings.xenstored, description.builder == .construct { checkXenstore(digest) }
    }

    private mutating func checkXenstore(_ digest: Digest) {
        let advice = "pack it with xenstored=FILE, and give sha256sum FILE as launch.xenstored"
        guard let program = initramfs.file("/xenstored") else {
            return refuse("it has no /xenstored, which launch.xenstored says is there: \(advice)")
        }
        guard program.contains(where: { $0 != 0 }) else {
            let what = program.isEmpty ? "empty" : "zeros, \(program.count) bytes"
            return refuse("its /xenstored is no program: \(what)")
        }
        let found = SwiftCryptoHash.digest(.sha256, of: [UInt8](program))
        guard found != digest else { return }
        refuse("its /xenstored has \(Self.words(found)), launch.xenstored \(Self.words(digest)): \(advice)")
    }

    private mutating func check(
        _ image: ImageReference, _ index: UInt32, _ user: String, _ isKernel: Bool, _ images: inout ImageFolder
    ) throws(CommandFailure) {
        let path = modules.paths[index]
        let advice = "pack it with \(index)=\(path ?? "FILE") (initramfs/build.sh stock)"
        guard let packed = initramfs.file("/images/\(index)") else {
            return refuse("it has no /images/\(index), the \(user): \(advice)")
        }
        let name = "/images/\(index) of \(initramfs.path)"
        let content: ImageContent
        do throws(CommandFailure) {
            content =
                try isKernel
                ? ImageContent(try KernelFile([UInt8](packed), from: name), from: name)
                : ImageContent(ramdisk: [UInt8](packed), from: name)
        } catch {
            return refuse("its /images/\(index), the \(user): \(error.message): \(advice)")
        }
        // What has neither was given by its index alone.
        let isInPlace =
            isKernel
            ? image.segments.isEmpty || content.segments == image.segments
            : content.byteCount == image.byteCount ?? content.byteCount
        guard isInPlace, content.digest == image.expectedDigest ?? content.digest else {
            return refuse(
                "its /images/\(index) is another than the \(user)\(path.map { ", \($0)" } ?? ""): "
                    + "\(Self.words(content.digest)) there, \(launchWords(image, content)) in the launch: \(advice)")
        }
        guard image.expectedDigest == nil, let path else { return }
        let beside = try isKernel ? images.kernel(path) : images.ramdisk(path)
        guard beside.digest != content.digest else { return }
        notes.append(
            "\(initramfs.path): its /images/\(index), the \(user), is another than \(path): \(Self.words(content.digest)) "
                + "there, \(Self.words(beside.digest)) beside the description; it has no digest, so either is launched")
    }

    private static func words(_ digest: Digest) -> String { "sha256 \(hexadecimal(digest.bytes))" }

    /// The launch may have no digest, and still say where the image lies or how large it is.
    private func launchWords(_ image: ImageReference, _ content: ImageContent) -> String {
        if let digest = image.expectedDigest, digest != content.digest { return Self.words(digest) }
        if let byteCount = image.byteCount { return "\(byteCount) bytes and not \(content.byteCount)" }
        return "loaded to other places"
    }
}

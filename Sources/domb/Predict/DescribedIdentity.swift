// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Sequencer

/// What a description, and the files that it names, say of a launch's first record. Each part is looked at when it is asked
/// for; what cannot be known beyond doubt is told, and an option has to say it.
struct DescribedIdentity {
    private let description: LaunchDescription
    private let images: ImageFolder

    init(_ described: CompiledLaunch.Described) {
        description = described.description
        images = described.images
    }

    /// As the boot domain's kernel has it from GRUB.
    func commandLine() throws(CommandFailure) -> String {
        guard description.builder == .construct else {
            throw .usage("a hypervisor that builds the boot domain makes its command line")
        }
        guard let boot = description.boot else { throw .usage("the description has no boot_domain") }
        // Xen gives what is behind it to the boot domain's kernel.
        guard !description.xen.options.words.contains("--") else { throw .usage("xen.options has a --") }
        return try Self.passed(String(decoding: boot.commandLine, as: UTF8.self), "boot_domain.cmdline")
    }

    func xenCommandLine() throws(CommandFailure) -> String { try Self.passed(description.xen.options, "xen.options") }

    /// GRUB joins the words by single spaces, and puts backslashes before these (grub-core/lib/cmdline.c).
    private static func passed(_ line: String, _ key: String) throws(CommandFailure) -> String {
        guard !line.contains(where: { "\\'\"".contains($0) }) else {
            throw .usage("GRUB rewrites the quotes and backslashes of \(key)")
        }
        return line.words.joined(separator: " ")
    }

    func securityPolicy() throws(CommandFailure) -> IdentityOptions.SecurityPolicy {
        let value = BootOptions.value(of: "flask", in: Array(description.xen.options.utf8))
        switch value.map({ String(decoding: $0, as: UTF8.self) }) {
        case nil, "disabled": return .none
        case "enforcing": return .enforcing
        case "permissive": return .permissive
        case let other?: throw .usage("xen.options has flask=\(other)")
        }
    }

    func xen() throws(CommandFailure) -> XenFile { try XenFile(reading: xenPath) }

    func xenVersion(_ xen: XenFile) throws(CommandFailure) -> String {
        guard let version = xen.version else { throw .usage("\(xenPath): its version was not found in it") }
        return version
    }

    private var xenPath: String {
        description.ownFile(description.xen.path, images)
    }

    /// The domb-init that will boot: of the initramfs where that is packed already, else of the package.
    func program() throws(CommandFailure) -> (name: String, content: [UInt8]) {
        guard let initramfs = try initramfs() else {
            let path = PackagedFiles.path(of: "domb-init")
            return (path, try HostFile.read(path, limit: 1 << 28))
        }
        let name = description.builder == .construct ? "/domb-init" : "/init"
        guard let file = initramfs.file(name) else { throw .usage("\(initramfs.path): it has no \(name)") }
        return ("\(name) of \(initramfs.path)", [UInt8](file))
    }

    /// The program to which the launch hands over.
    func nextInit(_ target: String) throws(CommandFailure) -> [UInt8]? {
        try initramfs()?.file(target).map { [UInt8]($0) }
    }

    /// `nil` where it is not packed yet.
    private func initramfs() throws(CommandFailure) -> Initramfs? {
        guard let path = description.initramfsPath(images), HostFile.isThere(path) else { return nil }
        return try Initramfs(try HostFile.read(path, limit: InstalledFiles.fileLimit), from: path)
    }
}

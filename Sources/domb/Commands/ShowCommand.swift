// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LaunchControl
import Platform

struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show what an LCM says, or what a description would make one say.",
        discussion: "Properties that DomB does not read are named on standard error.")

    @Flag(help: "Print JSON: schema domb-show, version 1.")
    var json = false
    @Option(
        help: "Of a description: the folder of its image files. (default: its own)", completion: .directory)
    var images: String?
    @Argument(help: "The LCM, or what it is compiled from.", completion: .file())
    var lcm: String

    func run() throws {
        let file = try CompiledLaunch(reading: lcm, images: images).file
        file.noteUnknownProperties()
        if json { try StandardOutput.print(file.json) } else { try StandardOutput.print(file.description) }
    }
}

extension LaunchControlFile {
    /// Somebody else's properties are no error, but a person may have meant one for DomB.
    func noteUnknownProperties() {
        lcm.unknownProperties.map { CheckNote($0) }.write(for: path)
    }

    /// For people.
    var description: String {
        let settings = lcm.settings
        var lines = [
            "LCM \(path): \(byteCount) bytes, sha256 \(hexadecimal(digest.bytes))",
            "launch: \(settings.pcr.map { "PCR \($0.rawValue)" } ?? "no PCR named"), TPM \(settings.tpmPolicy.name), coverage \(settings.coverage.name), "
                + "handoff \(settings.handoff.name)" + (settings.handoffTarget.map { " to \(text($0))" } ?? ""),
        ]
        if let digest = settings.xenstored {
            lines.append("xenstored: a process of the boot domain, sha256 \(hexadecimal(digest.bytes))")
        }
        if settings.builder == .hypervisor { lines.append("builder: the hypervisor, whose dom0 flags are let pass") }
        lines += settings.cpupools.map { "cpupool \(text($0.name)): \($0.scheduler.name), cpus \(cpuList($0.cpus))" }
        for domain in lcm.domains { lines += ["", heading(domain)] + details(domain).map { "  \($0)" } }
        return lines.joined(separator: "\n")
    }

    private func heading(_ domain: DomainDescription) -> String {
        let roles = domain.roles.isEmpty ? "" : ", " + domain.roles.names.joined(separator: ", ")
        return "domain \(domain.domid.rawValue) \(text(domain.name)) (\(domain.mode.name)\(roles))"
    }

    private func details(_ domain: DomainDescription) -> [String] {
        let most = domain.maxMemory.map { ", at most \($0) KiB" } ?? ""
        var lines = [
            row("handle", domain.handle.map(uuid) ?? "not set"),
            row("memory", "\(domain.memory) KiB\(most)"),
            row("vcpus", "\(domain.vcpus)"),
        ]
        for affinity in domain.affinities {
            let hard = affinity.hard.map { "hard \(cpuList($0)) " } ?? ""
            let soft = affinity.soft.map { "soft \(cpuList($0))" } ?? ""
            lines.append(row("vcpu \(affinity.vcpu)", hard + soft))
        }
        let share = domain.settings.share
        if let weight = share.weight { lines.append(row("weight", "\(weight)")) }
        if let cap = share.cap { lines.append(row("cap", cap == 0 ? "none" : "\(cap)% of one cpu")) }
        lines += domain.settings.words(but: SettingKey.common).map { row($0.key.word, text($0.value)) }
        lines += describe(domain.kernel, "kernel")
        if !domain.commandLine.isEmpty { lines.append(row("bootargs", text(domain.commandLine))) }
        if let ramdisk = domain.ramdisk { lines += describe(ramdisk, "ramdisk") }
        if let place = domain.logRegion {
            lines.append(row("log", "\(place.byteCount) bytes at \(hexadecimal(place.address))"))
        }
        for module in domain.otherModules { lines += describe(module.image, module.kind.name.description) }
        if let words = domain.conduct.readinessWords { lines.append(row("ready", words)) }
        if domain.conduct.onFailure != .halt {
            lines.append(row("on failure", domain.conduct.onFailure.name.description))
        }
        let before = domain.dependencies.map { lcm.domains[$0] }
        if !before.isEmpty {
            let names = before.map { "\(text($0.name)) (\($0.domid.rawValue))" }
            lines.append(row("depends on", names.joined(separator: ", ")))
        }
        return lines
    }

    private func describe(_ image: ImageReference, _ role: String) -> [String] {
        let size = image.byteCount.map { ", \($0) bytes" } ?? ""
        let digest = image.expectedDigest.map { "sha256 \(hexadecimal($0.bytes))" } ?? "no expected digest"
        return [row(role, "\(place(image))\(size), \(digest)")]
            + image.segments.map { row("", "at \(hexadecimal($0.address)): \($0.byteCount) bytes") }
    }

    /// Where the boot loader has it.
    private func place(_ image: ImageReference) -> String {
        if let index = image.moduleIndex { return "module \(index)" }
        if let place = image.bootAddress {
            return "\(place.byteCount) bytes at \(hexadecimal(place.address)) of the host"
        }
        if let file = image.uefiBinary { return "file \(text(file))" }
        return "module not named"
    }

    private func row(_ label: String, _ value: String) -> String {
        label + String(repeating: " ", count: max(1, 15 - label.count)) + value
    }
}

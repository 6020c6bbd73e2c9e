// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Where image files are, each read once.
struct ImageFolder {
    /// Before every path, absolute ones too; `nil` for those of the description's own folder.
    let root: String?
    private let standard: String
    private var kernels: [String: Result<ImageContent, CommandFailure>] = [:]
    private var ramdisks: [String: Result<ImageContent, CommandFailure>] = [:]

    init(root: String?, besides description: String) {
        self.root = root
        standard = description.lastIndex(of: "/").map { String(description[..<$0]) } ?? "."
    }

    func path(of name: String) -> String {
        if let root { return name.hasPrefix("/") ? root + name : "\(root)/\(name)" }
        return name.hasPrefix("/") ? name : "\(standard)/\(name)"
    }

    mutating func kernel(_ name: String) throws(CommandFailure) -> ImageContent {
        let path = path(of: name)
        return try Self.once(name, in: &kernels) { () throws(CommandFailure) in try ImageContent(kernelAt: path) }
    }

    mutating func ramdisk(_ name: String) throws(CommandFailure) -> ImageContent {
        let path = path(of: name)
        return try Self.once(name, in: &ramdisks) { () throws(CommandFailure) in try ImageContent(ramdiskAt: path) }
    }

    private static func once(
        _ name: String, in known: inout [String: Result<ImageContent, CommandFailure>],
        _ read: () throws(CommandFailure) -> ImageContent
    ) throws(CommandFailure) -> ImageContent {
        if let content = known[name] { return try content.get() }
        do throws(CommandFailure) {
            let content = try read()
            known[name] = .success(content)
            return content
        } catch {
            known[name] = .failure(error)
            throw error
        }
    }
}

/// Images that cannot be read, or are others than the description says: all of them, at the lines that name them.
private struct ImageProblems {
    let file: String
    private var failures: [CommandFailure] = []

    init(file: String) { self.file = file }

    mutating func attempt(
        _ image: LaunchDescription.Image, _ read: () throws(CommandFailure) -> ImageReference
    ) -> ImageReference {
        do throws(CommandFailure) {
            return try read()
        } catch {
            let place = "\(file):\(image.place.line): \(image.place.key)"
            failures.append(CommandFailure(exitCode: error.exitCode, message: "\(place): \(error.message)"))
            return ImageReference(moduleIndex: nil)
        }
    }

    /// The exit code is that of the first.
    func check() throws(CommandFailure) {
        guard let first = failures.first else { return }
        let lines = Excerpt.lines(of: failures) { $0.message }
        throw CommandFailure(exitCode: first.exitCode, message: lines.joined(separator: "\ndomb: "))
    }
}

extension LaunchDescription {
    /// The model, with what the images say.
    func launch(_ modules: Modules, _ images: inout ImageFolder) throws(CommandFailure) -> Launch {
        var described: [DomainDescription] = []
        var byName: [[UInt8]: Int] = [:]
        for (index, domain) in domains.enumerated() { byName[domain.description.name] = index }
        var problems = ImageProblems(file: file)
        let domids = try assignedDomids()
        for (index, domain) in domains.enumerated() {
            var description = domain.description
            description.domid = domids[index]
            description.kernel = problems.attempt(domain.kernel) { () throws(CommandFailure) in
                try kernel(domain.kernel, modules.kernels[index], &images)
            }
            if let ramdisk = domain.ramdisk, let place = modules.ramdisks[index] {
                description.ramdisk = problems.attempt(ramdisk) { () throws(CommandFailure) in
                    try self.ramdisk(ramdisk, place, &images)
                }
            }
            description.dependencies = domain.dependsOn.compactMap { byName[$0.name] }
            described.append(description)
        }
        try problems.check()
        let bootDomain = boot.map {
            BootDomain(
                kernelIndex: modules.bootKernel, ramdiskIndex: modules.bootInitramfs, commandLine: $0.commandLine,
                memory: $0.memory, vcpus: $0.vcpus, mode: $0.mode)
        }
        return Launch(
            lcm: LCM(domains: described, settings: settings), bootDomain: bootDomain, dialect: builder.dialect)
    }

    /// As an LCM's reader does it: the lowest from 1 that nobody has, in the order of the domains.
    private func assignedDomids() throws(CommandFailure) -> [DomainID] {
        var taken: Set<UInt16> = []
        for domain in domains {
            guard let domid = domain.domid else { continue }
            if !taken.insert(domid.rawValue).inserted {
                domain.place["domid"]?.wrong("\(domid.rawValue) is taken already")
            }
        }
        var next: UInt16 = 1
        var domids: [DomainID] = []
        for domain in domains {
            if let domid = domain.domid {
                domids.append(domid)
                continue
            }
            while taken.contains(next) { next += 1 }
            guard let domid = DomainID(rawValue: next) else {
                domain.place.problems.add(line: domain.place.line, key: domain.place.key, "more domains than domids")
                break
            }
            taken.insert(next)
            domids.append(domid)
        }
        try problems.check()
        return domids
    }

    private func kernel(_ image: Image, _ index: UInt32, _ images: inout ImageFolder) throws(CommandFailure)
        -> ImageReference
    {
        var reference = ImageReference(moduleIndex: index, segments: image.segments)
        guard let path = image.path else { return try given(image, reference) }
        let content = try images.kernel(path)
        guard image.segments.isEmpty || image.segments == content.segments else {
            throw .refusal("load is not that of \(images.path(of: path))")
        }
        reference.segments = content.segments
        reference.expectedDigest = try digest(image, content, images.path(of: path))
        return reference
    }

    private func ramdisk(_ image: Image, _ index: UInt32, _ images: inout ImageFolder) throws(CommandFailure)
        -> ImageReference
    {
        var reference = ImageReference(moduleIndex: index, byteCount: image.byteCount)
        guard let path = image.path else { return try given(image, reference) }
        let content = try images.ramdisk(path)
        guard image.byteCount ?? content.byteCount == content.byteCount else {
            throw .refusal("\(images.path(of: path)) has \(content.byteCount) bytes")
        }
        reference.byteCount = content.byteCount
        reference.expectedDigest = try digest(image, content, images.path(of: path))
        return reference
    }

    /// Without a file the description's word is all there is.
    private func given(_ image: Image, _ reference: ImageReference) throws(CommandFailure) -> ImageReference {
        var reference = reference
        if case .given(let digest) = image.digest { reference.expectedDigest = digest }
        return reference
    }

    private func digest(_ image: Image, _ content: ImageContent, _ path: String) throws(CommandFailure) -> Digest? {
        switch image.digest {
        case .auto: return content.digest
        case .none: return nil
        case .given(let digest):
            guard digest == content.digest else {
                throw .refusal("\(path) has the digest \(hexadecimal(content.digest.bytes))")
            }
            return digest
        }
    }
}

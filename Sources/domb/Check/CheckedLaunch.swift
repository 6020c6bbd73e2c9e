// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Sequencer

/// A description with all that was made of it.
struct CheckedLaunch {
    let description: LaunchDescription
    let modules: LaunchDescription.Modules
    private(set) var images: ImageFolder
    let content: [UInt8]
    let file: LaunchControlFile
    /// Once `refusals` was asked.
    private(set) var notes: [CheckNote] = []

    init(_ description: LaunchDescription, images root: String?) throws(CommandFailure) {
        self.description = description
        modules = try description.modules()
        images = ImageFolder(root: root, besides: description.file)
        content = try description.compiled(modules, &images)
        file = try LaunchControlFile(description.file, content)
    }

    /// Everything that stands in the way, on that host.
    mutating func refusals(_ host: AssumedHost) throws -> [CheckRefusal] {
        let arguments = try host.parsedArguments(for: file.lcm)
        let places = DescriptionPlaces(description: description, lcm: file.lcm)
        let plan = file.planRefusals(host.facts(for: file.lcm), arguments).map { places.refusal($0) }
        let check = LaunchCheck(description, modules, file.lcm)
        notes += check.notes
        return try check.refusals(&images).withoutRepeats(of: plan) + initramfsRefusals(places)
    }

    /// The initramfs is packed after the first compilation: before that there is nothing to look into.
    private mutating func initramfsRefusals(_ places: DescriptionPlaces) throws(CommandFailure) -> [CheckRefusal] {
        guard let path = description.initramfsPath(images) else { return [] }
        guard HostFile.isThere(path) else {
            notes.append(CheckNote(.initramfs, "\(path) is not there: what it holds was not looked at"))
            return []
        }
        var found: [String] = []
        do throws(CommandFailure) {
            let initramfs = try Initramfs(try HostFile.read(path, limit: InstalledFiles.fileLimit), from: path)
            var check = InitramfsCheck(description, modules, file.lcm.domains, initramfs)
            try check.run(&images)
            notes += check.notes.map { CheckNote(.initramfs, $0) }
            found = check.refusals
        } catch {
            guard error.isMalformed else { throw error }
            found = [error.message]
        }
        return found.map { places.refusal("initramfs", ["boot_domain.initramfs"], nil, $0) }
    }
}

extension LaunchDescription {
    /// The LCM as a device tree. What cannot be is told by the author's lines, all of it at once.
    func compiled(_ modules: Modules, _ images: inout ImageFolder) throws(CommandFailure) -> [UInt8] {
        let launch = try launch(modules, &images)
        let unnameable = domains.compactMap { domain in
            Launch.isNodeName(domain.description.name) ? nil : domain.place["name"]
        }
        guard unnameable.isEmpty else {
            throw .refusal(unnameable) {
                "\(file):\($0.line): \($0.key): a device tree takes letters, digits and , . _ + - only"
            }
        }
        let content = FlatTree(launch).blob
        let (read, found, _) = LaunchControlFile.reading(content, from: file)
        guard let read else {
            let places = DescriptionPlaces(description: self, lcm: launch.lcm)
            throw .malformed(found) { places.refusal($0).told(of: file) }
        }
        try launch.checkTreeCanSay(file)
        try launch.checkReadsBack(read)
        let check = DialectCheck(try LaunchInput.tree(content, file), as: launch.dialect)
        guard check.misreadings.isEmpty else {
            throw .refusal(check.misreadings) { "\(file): the tree would be misread: \($0)" }
        }
        return content
    }
}

// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import LaunchControl

/// Where a command was told that images lie.
struct BootModuleFiles: ParsableArguments {
    /// "app.kernel=vmlinux", or "3=vmlinux".
    struct Assignment: ExpressibleByArgument {
        let name: String
        let path: String

        init?(argument: String) {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[1].isEmpty else { return nil }
            name = String(parts[0])
            path = String(parts[1])
            guard UInt32(name).map({ $0 > 0 }) ?? (role != nil) else { return nil }
        }

        /// The domain's name, and which of its images; `nil` for a number.
        var role: (domain: String, isKernel: Bool)? {
            for (end, isKernel) in [(".kernel", true), (".ramdisk", false)] where name.hasSuffix(end) {
                return (String(name.dropLast(end.count)), isKernel)
            }
            return nil
        }
    }

    @Option(
        help: """
            The folder of the image files, by the names that the description has. Of an LCM, which has numbers alone: \
            DIR/N is boot module N. (default: the description's own)
            """, completion: .directory)
    var images: String?
    @Option(
        help: ArgumentHelp(
            "One image in place of that: DOMAIN.kernel=FILE, DOMAIN.ramdisk=FILE, or boot module N=FILE; may be repeated.",
            valueName: "image=file"))
    var image: [Assignment] = []
}

/// Where the boot modules of an LCM lie, by their numbers.
struct ModuleFiles {
    /// Whether the command line names any.
    private(set) var isGiven = false
    private var given: [UInt32: String] = [:]
    private var described: CompiledLaunch.Described?
    private var folder: String?

    /// Of nobody: images that nobody has.
    init() {}

    init(_ options: BootModuleFiles, _ launch: CompiledLaunch) throws {
        isGiven = options.images != nil || !options.image.isEmpty
        described = launch.described
        folder = options.images
        for assignment in options.image {
            guard add(assignment.path, as: try Self.index(assignment, launch.file.lcm)) else {
                throw ValidationError("--image \(assignment.name)=: twice")
            }
        }
    }

    /// Whether it is the first of that number.
    @discardableResult
    mutating func add(_ path: String, as index: UInt32) -> Bool { given.updateValue(path, forKey: index) == nil }

    private static func index(_ assignment: BootModuleFiles.Assignment, _ lcm: LCM) throws -> UInt32 {
        guard let role = assignment.role else { return UInt32(assignment.name) ?? 0 }
        let option = "--image \(assignment.name)="
        guard let domain = lcm.domains.first(where: { text($0.name) == role.domain }) else {
            let names = lcm.domains.map { text($0.name) }
            throw ValidationError(
                "\(option): no domain '\(role.domain)'\(NearName.hint(for: role.domain, among: names))")
        }
        guard let image = role.isKernel ? domain.kernel : domain.ramdisk else {
            throw ValidationError("\(option): domain '\(role.domain)' has no ramdisk")
        }
        guard let index = image.moduleIndex else { throw ValidationError("\(option): it is no boot module by number") }
        return index
    }

    /// `nil` where nobody says it.
    private func path(of index: UInt32) -> String? {
        if let path = given[index] { return path }
        guard let described else { return folder.map { "\($0)/\(index)" } }
        return described.modules.paths[index].map { described.images.path(of: $0) }
    }

    /// For others to read: a description's own word where no option has another.
    func name(of index: UInt32) -> String? {
        given[index] == nil && folder == nil ? described?.modules.paths[index] : path(of: index)
    }

    /// Of a file that must be there.
    func path(of index: UInt32, for what: String) throws(CommandFailure) -> String {
        guard let path = path(of: index) else {
            throw .noInput("boot module \(index), \(what): neither --images nor --image says where it is")
        }
        guard unsafe access(path, R_OK) == 0 else {
            throw .noInput("boot module \(index), \(what): \(path): cannot open: \(HostFile.errorText(errno))")
        }
        return path
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform

/// What the boot loader loaded last, by its commands. It must have loaded once: of two loads the log does not tell which
/// one was started, and a text that looks like a load may have been the argument of another command.
struct LoadedSystem {
    /// Xen, then its modules: the boot domain's kernel, its initramfs, others.
    struct Image {
        let command: BootLoaderCommand
        /// The command line that it was given.
        let commandLine: [UInt8]
    }

    enum Problem: Equatable {
        /// No command loads anything.
        case nothing
        /// No Xen by multiboot, or something besides.
        case another(record: Int)
        /// Modules before Xen, or Xen twice.
        case twice(record: Int)
        /// Kernel and initramfs are not both there.
        case tooFewModules
    }

    let images: [Image]

    init(_ commands: [BootLoaderCommand]) throws(Problem) {
        var images: [Image] = []
        for (index, command) in commands.enumerated() {
            switch command.effect {
            case .none, .writesMemory, .stopsMeasuring, .dropsTables, .loadsTables: continue
            case .loadsAnother: throw .another(record: command.record)
            case .loadsXen: guard images.isEmpty else { throw .twice(record: command.record) }
            case .loadsModule: guard !images.isEmpty else { throw .twice(record: command.record) }
            }
            let next = commands.indices.contains(index + 1) ? commands[index + 1].text : nil
            images.append(Image(command: command, commandLine: Self.line(command, measuredNext: next)))
        }
        guard !images.isEmpty else { throw .nothing }
        guard images.count >= 3 else { throw .tooFewModules }
        self.images = images
    }

    var xen: Image { images[0] }
    var kernel: Image { images[1] }

    /// The line itself is measured next, with quotes where a word has a space; the command's own text is without.
    private static func line(_ command: BootLoaderCommand, measuredNext next: [UInt8]?) -> [UInt8] {
        guard let next, BootLoaderCommand.unquoted(next) == command.arguments else { return command.arguments }
        return BootLoaderCommand.trimmed(next)
    }
}

extension LoadedSystem.Problem: Error {}

// SPDX-License-Identifier: Apache-2.0

import Platform

/// What the boot loader loaded, by the texts of PCR 8. Nothing in them says which command failed, or which text was typed to
/// look like another. So there is one form only: `multiboot2`, and behind it the line that it hands over; `module2` and its
/// line, for the kernel; for the initramfs and what else there is `module2` and an empty line; then `boot`, or the end. Only
/// `echo` may stand between. A load that failed reads no file, and no command that could make up for it has a place.
struct LoadedSystem {
    struct Image {
        let command: BootLoaderCommand
        /// The command line that it was given, as it was handed over: quoted where a word has a space.
        let commandLine: [UInt8]
    }

    enum Problem: Error, Equatable {
        /// No command loads anything.
        case nothing
        /// No Xen by multiboot2, or something besides.
        case another(record: Int)
        /// Something else than the next load stands here.
        case outOfPlace(record: Int)
        /// What was handed over is not what the command says.
        case line(record: Int)
        /// Kernel and initramfs are not both there.
        case tooFewModules
    }

    /// Xen, then its modules: the boot domain's kernel, its initramfs, others.
    let images: [Image]
    /// Every command, without the lines that were handed over.
    let run: [BootLoaderCommand]

    init(_ commands: [BootLoaderCommand]) throws(Problem) {
        guard let first = commands.firstIndex(where: { $0.effect.isLoad }) else { throw .nothing }
        guard commands[first].effect == .loadsXen else { throw .another(record: commands[first].record) }
        var images: [Image] = []
        var run = commands[..<first]
        var rest = commands[first...]
        while let command = rest.first, command.effect.isLoad {
            images.append(try Self.image(&rest, number: images.count))
            let printed = rest.prefix { $0.isEcho }
            rest = rest.dropFirst(printed.count)
            run += [command] + printed
        }
        if let other = rest.first(where: { !$0.isEcho && !$0.isBoot }) { throw .outOfPlace(record: other.record) }
        guard images.count >= 3 else { throw .tooFewModules }
        self.images = images
        self.run = [BootLoaderCommand](run + rest)
    }

    var xen: Image { images[0] }
    var kernel: Image { images[1] }

    /// A command, and the line that was measured as it handed it over.
    private static func image(
        _ rest: inout ArraySlice<BootLoaderCommand>, number: Int
    ) throws(Problem) -> Image {
        guard let command = rest.popFirst() else { throw .nothing }
        guard command.effect == (number == 0 ? .loadsXen : .loadsModule) else {
            throw .another(record: command.record)
        }
        guard !command.isNested else { throw .outOfPlace(record: command.record) }
        guard let line = rest.popFirst(),
            BootLoaderCommand.trimmed(BootLoaderCommand.unquoted(line.text)) == command.arguments,
            number < 2 || line.text.isEmpty
        else { throw .line(record: command.record) }
        return Image(command: command, commandLine: BootLoaderCommand.trimmed(line.text))
    }
}

extension BootLoaderCommand.Effect {
    /// After it `boot` starts something.
    var isLoad: Bool {
        switch self {
        case .loadsXen, .loadsModule, .loadsAnother: true
        case .none, .writesMemory, .stopsMeasuring, .readsUnmeasured, .dropsTables, .loadsTables: false
        }
    }
}

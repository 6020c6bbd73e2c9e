// SPDX-License-Identifier: Apache-2.0

import Platform

/// What GRUB ran is what its configurations say. A command that was typed may be harmless by its text and serve to use the
/// memory up: then the event of the next one cannot be made, and it runs all the same (GRUB 2.06,
/// grub-core/commands/efi/tpm.c, grub_tpm2_log_event; its callers drop the error).
extension LauncherProof {
    /// By record the words that configurations have for a command; `nil` where none was read that loads a system.
    mutating func checkRun(_ commands: [BootLoaderCommand], _ read: [Accounted]) -> [Int: [[UInt8]]]? {
        guard !files.isEmpty else { return nil }
        var scripts: [GrubScript] = []
        var seen: [[Digest]] = []
        for file in read.compactMap(\.file) where !seen.contains(file.digests) {
            seen.append(file.digests)
            if let script = file.script { scripts.append(script) }
        }
        guard scripts.contains(where: \.loadsSystem) else {
            checkHarmless(commands)
            return nil
        }
        return checkOrder(commands, GrubRun(scripts))
    }

    private mutating func checkOrder(_ commands: [BootLoaderCommand], _ run: GrubRun) -> [Int: [[UInt8]]] {
        guard run.isWhole, commands.count <= run.mostTexts else {
            report(
                .commands, unproven, "PCR 8: more than the configurations of the boot loader that were read can run",
                pcr: 8)
            return [:]
        }
        var words: [Int: [[UInt8]]] = [:]
        var position = run.beginning
        var builtIn = BuiltIn()
        for command in commands {
            if let next = run.advanced(position, by: command.text) {
                builtIn.isOver = true
                words[command.record] = next.commands.flatMap(\.literalWords)
                position = next
            } else if builtIn.takes(command) {
                continue
            } else if !command.isBoot {
                report(
                    .commands, unproven,
                    "PCR 8 record \(command.record): the boot loader ran \"\(excerpt(command.text))\", which is not what comes "
                        + "next in the configurations that it read, or a configuration is not among the files "
                        + "(--launcher-file)", pcr: 8)
                return words
            }
        }
        report(.commands, .ok, "the boot loader ran what its configurations say, in their order", pcr: 8)
        return words
    }

    /// The commands before the first of a configuration that was read are the boot loader's own.
    private struct BuiltIn {
        private var count = 0
        private var byteCount = 0
        var isOver = false

        mutating func takes(_ command: BootLoaderCommand) -> Bool {
            count += 1
            byteCount += command.text.count
            isOver = isOver || count > 32 || byteCount > 4096 || !command.mayBeBuiltIn
            return !isOver
        }
    }

    /// Far below what fills the memory, and far above what a configuration runs before it loads.
    private static var mostCommands: Int { 512 }
    private static var mostBytes: Int { 1 << 17 }

    private mutating func checkHarmless(_ commands: [BootLoaderCommand]) {
        let byteCount = commands.reduce(0) { $0 + $1.text.count }
        guard commands.count <= Self.mostCommands, byteCount <= Self.mostBytes else {
            report(
                .commands, unproven,
                "PCR 8: \(commands.count) commands with \(byteCount) bytes are enough to use the boot loader's memory up, and "
                    + "then it runs some that it does not measure", pcr: 8)
            return
        }
        // Those that do harm were told before.
        let unknown = commands.filter { $0.effect == .none && !$0.isHarmless }
        for command in unknown.prefix(Self.most) {
            report(
                .commands, unproven,
                "PCR 8 record \(command.record): nothing is known of what \"\(excerpt(command.text))\" does: give the "
                    + "configuration that has it (--launcher-file)", pcr: 8)
        }
        if unknown.count > Self.most {
            report(.commands, unproven, "and \(unknown.count - Self.most) more of the like", pcr: 8)
        }
        report(
            .commands, .warning,
            "no configuration that loads a system is among the files that the boot loader read: its commands are harmless "
                + "ones, and whether they are those that it was to run is not known", pcr: 8)
    }
}

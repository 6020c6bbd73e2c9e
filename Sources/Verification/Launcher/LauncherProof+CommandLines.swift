// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform

/// What Xen and the boot domain were told. The log and PCR 8 are both the attester's: that they agree does not make a
/// command line a good one.
extension LauncherProof {
    struct CommandLine {
        let text: [UInt8]
        /// Those that a file of the verifier's has for it; `nil` where none tells.
        let words: [[UInt8]]?

        /// `text` as it was handed over.
        init(_ text: [UInt8], _ words: [[UInt8]]?) {
            self.text = text
            self.words = words
        }
    }

    /// DomB's own record of the command lines is what it was started with, and that is what the verifier wants.
    mutating func checkCommandLines(_ xen: CommandLine, _ bootDomain: CommandLine, of holder: String, _ pcr: UInt8) {
        guard let identity else { return }
        for (whose, recorded, given, isXen) in [
            ("Xen's", identity.xenCommandLine, xen, true),
            ("the boot domain's", identity.commandLine, bootDomain, false),
        ] {
            guard BootLoaderCommand.trimmed(recorded) == given.text else {
                report(
                    .commandLine, unproven,
                    "\(whose) command line is \"\(excerpt(recorded))\", and that of \(holder) is "
                        + "\"\(excerpt(given.text))\"", pcr: pcr)
                continue
            }
            if isPredicted || files.isEmpty {
                report(.commandLine, .ok, "\(whose) command line is that of \(holder)", pcr: pcr)
            } else {
                checkWords(given, whose, holder, isXen, pcr)
            }
        }
    }

    private mutating func checkWords(
        _ line: CommandLine, _ whose: String, _ holder: String, _ isXen: Bool, _ pcr: UInt8
    ) {
        let words = CommandLineWords.words(BootLoaderCommand.unquoted(line.text))
        let known = Set(line.words ?? [])
        let other = words.first { !known.contains($0) && !CommandLineWords.isHarmless($0, isXen: isXen) }
        if let other {
            report(
                .commandLine, unproven,
                "\(whose) command line is that of \(holder), and \"\(excerpt(other))\" of it is in no file that was given: "
                    + "give the boot loader's configuration with that line (--launcher-file), or a prediction (--expect)",
                pcr: pcr)
        } else if line.words == nil {
            report(
                .commandLine, .warning,
                "\(whose) command line is that of \(holder), and was compared with nothing else: each of its words is "
                    + "known to change no program", pcr: pcr)
        } else {
            report(
                .commandLine, .ok, "\(whose) command line is that of \(holder), and of the files that were given",
                pcr: pcr)
        }
    }
}

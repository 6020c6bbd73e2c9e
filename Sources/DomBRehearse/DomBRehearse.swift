// SPDX-License-Identifier: Apache-2.0

import Glibc

/// PID 1's own code on the simulated Xen, for the rig's tests and benchmarks. No ArgumentParser and no Foundation: they
/// would take longer to load than a launch takes.
@main
struct DomBRehearse {
    private static let usage: StaticString = """
        usage: domb-rehearse launch --tpm SOCKET --log FILE [--domains N] [--pcr P] [--policy require|warn|off]
                                   [--threads N] [--seed N]
               domb-rehearse share [--domains N] [--rounds N]
               domb-rehearse hash [--mebibytes N] [--seconds N] [--threads N] [--mapped 0|1]
        launch: small domains, measured into the swtpm at SOCKET (its control channel is SOCKET.ctrl). Exit code 0:
                launched; 1: the launch failed, and the last line says why. --threads: that many hash the images, or as
                many as PID 1 would take; --seed:
                images of different sizes.
        share:  what a launch takes besides hypercalls, TPM commands and the hashing of content.
        hash:   how fast content is hashed from mappings.

        """

    static func main() {
        do throws(Options.Wrong) {
            var words = CommandLine.arguments.dropFirst()
            switch words.popFirst() {
            case "launch": exit(try LaunchCommand(Options(words)).run())
            case "share": try ShareCommand(Options(words)).run()
            case "hash": try HashCommand(Options(words)).run()
            case let word: throw Options.Wrong(word: word ?? "no command")
            }
        } catch {
            tell("domb-rehearse: \(error.word)\n\(usage)")
            exit(64)
        }
    }

    static func tell(_ text: String) {
        let bytes = Array(text.utf8)
        // Safety: the array has the count given and lives through the call.
        _ = unsafe write(2, bytes, bytes.count)
    }
}

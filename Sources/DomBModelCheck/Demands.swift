// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Prediction
import Sequencer
import SimulatedPlatform

/// I9 in every form that a command line gives it: each word, in each place, behind each blank, against each LCM.
struct Demands {
    /// What reads a command line; `nil` for one that it refuses.
    typealias Reader = (String) -> LaunchArguments?

    static let policies: [TPMPolicy] = [.off, .warn, .require]
    /// Linux's isspace.
    private static let blanks = [" ", "\t", "\n", "\u{0B}", "\u{0C}", "\r", "  ", " \t", "\t "]

    static func read(_ line: String) -> LaunchArguments? {
        do throws(LaunchArguments.ParseFailure) { return try LaunchArguments(parsing: Array(line.utf8)) } catch {
            return nil
        }
    }

    /// Where a word may stand.
    private static func lines(_ word: String) -> [String] {
        [word]
            + blanks.flatMap { blank in
                ["quiet\(blank)\(word)", "\(blank)\(word)", "\(word)\(blank)quiet", "a=1\(blank)\(word)\(blank)b"]
            }
    }

    /// The first that does not hold; how many were tried.
    static func broken(_ reader: Reader = read) -> (problem: String?, tried: Int) {
        var tried = 0
        for asked in policies {
            for least in policies {
                for line in lines("domb.tpm=\(least.name)") {
                    tried += 1
                    if let problem = policy(reader(line), asked, least) {
                        return ("\(problem): \(line.debugDescription)", tried)
                    }
                }
            }
        }
        for isRight in [true, false] {
            let good = SmallLaunch.digest
            let pin = isRight ? good : SwiftCryptoHash.digest(.sha256, of: good.bytes)
            let digits: Line = "\(hexBytes: pin.bytes)"
            for line in lines("domb.lcm=sha256:\(String(decoding: digits.bytes, as: UTF8.self))") {
                tried += 1
                if let problem = pinned(reader(line), isRight: isRight) {
                    return ("\(problem): \(line.debugDescription)", tried)
                }
            }
        }
        for blank in blanks {
            tried += 1
            guard reader("domb.tpm=require\(blank)domb.tpm=off") == nil else {
                return ("I9: a later word loosens an earlier one", tried)
            }
        }
        return (nil, tried)
    }

    private static func run(_ arguments: LaunchArguments, _ policy: TPMPolicy) -> LaunchRun {
        var launch = SmallLaunch([[], [0]])
        launch.lcm.settings.tpmPolicy = policy
        launch.arguments = arguments
        return launch.run()
    }

    private static func policy(_ arguments: LaunchArguments?, _ asked: TPMPolicy, _ least: TPMPolicy) -> String? {
        guard let arguments else { return "I9: a demand cannot be read" }
        let run = run(arguments, asked)
        let words = "the LCM asks for TPM policy \(asked.name), domb.tpm= demands at least \(least.name)"
        if case .refusal(let refusal) = run.failure?.cause, refusal.code == .policyBelowLeast,
            refusal.message.bytes == Array(words.utf8), run.unpaused.isEmpty
        {
            return asked < least ? nil : "I9: a policy that is enough is refused"
        }
        return asked < least ? "I9: a weaker policy is not refused" : nil
    }

    private static func pinned(_ arguments: LaunchArguments?, isRight: Bool) -> String? {
        guard let arguments else { return "I9: a pin cannot be read" }
        let run = run(arguments, .require)
        if case .refusal(let refusal) = run.failure?.cause, refusal.code == .pinnedDigest, run.unpaused.isEmpty {
            return isRight ? "I9: the pinned LCM is refused" : nil
        }
        return isRight ? nil : "I9: another LCM than the pinned one is launched"
    }
}

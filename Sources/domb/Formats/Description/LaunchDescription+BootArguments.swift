// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Sequencer

extension LaunchDescription {
    /// What the LCM cannot say, the boot domain's command line has to. It gets each word that is not there yet; one that says
    /// something else is a problem.
    mutating func addBootArguments(_ launch: DescriptionSection?, _ bootDomain: DescriptionSection?) {
        if let pcr = settings.pcr, !pcr.mayHoldLaunch {
            launch?["pcr"]?.wrong(
                "\(pcr.rawValue): no PCR for a launch: 0 to 9 are the firmware's and the boot loader's, 16 and 23 can be reset"
            )
            return
        }
        guard let commandLine = boot?.commandLine else { return }
        let parsed: LaunchArguments
        do throws(LaunchArguments.ParseFailure) {
            parsed = try LaunchArguments(parsing: commandLine)
        } catch {
            bootDomain?["cmdline"]?.wrong("'\(text(error.word))' is no domb. word with a value that it can have")
            return
        }
        if let pcr = settings.pcr, pcr != parsed.pcr {
            add("domb.pcr", "\(pcr.rawValue)", of: "launch.pcr", bootDomain)
        }
        if let target = settings.handoffTarget, target != parsed.nextInit {
            guard !target.contains(where: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) else {
                launch?["handoff_target"]?.wrong("a space: no word of the boot domain's command line could allow it")
                return
            }
            add("domb.exec", String(decoding: target, as: UTF8.self), of: "launch.handoff_target", bootDomain)
        }
    }

    private mutating func add(_ word: String, _ value: String, of key: String, _ bootDomain: DescriptionSection?) {
        let commandLine = boot?.commandLine ?? []
        let words = String(decoding: commandLine, as: UTF8.self).split(whereSeparator: { $0 == " " || $0 == "\t" })
        if let other = words.first(where: { $0.hasPrefix("\(word)=") }) {
            bootDomain?["cmdline"]?.wrong("'\(other)', and \(key) is \(value)")
            return
        }
        boot?.commandLine = commandLine + Array("\(commandLine.isEmpty ? "" : " ")\(word)=\(value)".utf8)
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Testing

@testable import domb

/// Where a description names another domain: it has to be there, and another.
@Suite struct DescriptionReferenceTests {
    /// Every key by which a domain is served, with the domain's name in place of NAME.
    static let served = [
        ("console", "console: NAME"), ("disks", "disks: [\"vdev=xvda,target=x,access=rw,backend=NAME\"]"),
        ("vifs", "vifs: \"mac=00:16:3e:00:00:01,bridge=xenbr0,backend=NAME\""),
    ]

    private static let ring = "\n    enhanced: enabled"

    private func problems(_ more: String, others: [String] = []) -> [String] {
        var text = "launch: {handoff: park}\ndomains:\n  - name: front\n    memory: 8M\n    kernel: k\n    \(more)\n"
        for name in others { text += "  - {name: \(name), memory: 8M, kernel: k}\n" }
        do throws(CommandFailure) {
            _ = try LaunchDescription(parsing: Array(text.utf8), from: "f")
            return []
        } catch {
            return error.message.split(separator: "\n").map(String.init)
        }
    }

    @Test(arguments: served) func whoServesIsADomainOfTheLaunch(_ key: String, _ text: String) {
        let line = { (name: String) in text.replacing("NAME", with: name) + Self.ring }
        let missing = problems(line("back"))
        #expect(missing.contains { $0.hasPrefix("f:6: domains.front.\(key): there is no domain 'back'") }, "\(missing)")
        #expect(problems(line("back"), others: ["back"]) == [])
        #expect(problems(line("Domain-0")) == [])
    }

    @Test(arguments: served) func nobodyServesItself(_ key: String, _ text: String) {
        let found = problems(text.replacing("NAME", with: "front") + Self.ring)
        #expect(found.contains { $0.hasPrefix("f:6: domains.front.\(key): a domain cannot serve itself") }, "\(found)")
    }

    /// What is said of a value that cannot be read tells how to write this one, and not another.
    @Test func everyKeyTellsItsOwnForm() {
        var forms: [String: String] = [:]
        // These are a description's own.
        let others: [SettingKey] = [.uuid, .memMax, .weight, .cap, .dependsOn, .logRegion]
        // Wrong for each: no number, no list, and too long for a name.
        for key in SettingKey.keys(in: .domain).filter({ !others.contains($0) }).map({ $0.yaml }) {
            let found = problems("\(key): \(String(repeating: "x", count: 5000))")
            guard let form = found.first?.split(separator: ";").dropFirst().joined(separator: ";"), !form.isEmpty else {
                Issue.record("\(key): \(found)")
                continue
            }
            // Two halves of one setting.
            let setting = key.hasPrefix("rtds") ? "rtds" : key
            #expect(forms[form] == nil || forms[form] == setting, "\(key) and \(forms[form] ?? "")")
            forms[form] = setting
        }
    }

    @Test(arguments: ["nonf", "nond", "zero", "autn", "autp", "AUTO", "0"]) func noOtherWordStandsForADigest(
        _ word: String
    ) {
        #expect(
            problems("ramdisk: {path: r, digest: \(word)}").contains { $0.contains("digest: '\(word)' is neither") })
        #expect(problems("digest: \(word)").contains { $0.contains("digest: '\(word)' is neither") })
    }

    @Test(arguments: [
        ("0x1000+0x1000", ""), ("0x1000+0x4000000", ""), ("0x1001+0x1000", "not of whole pages"),
        ("0x1000+0x1001", "not of whole pages"), ("0x1000+0x0fff", "not of whole pages"),
        ("0x1000+0x4001000", "larger than 64M"),
    ]) func logRegionIsOfWholePagesUpTo64MiB(_ text: String, _ problem: String) {
        let found = problems("log_region: \(text)")
        #expect(problem.isEmpty ? found == [] : found.contains { $0.contains(problem) }, "\(found)")
    }

    @Test func theNameThatWasMeantIsSuggested() {
        let found = problems("depends_on: [sensro]", others: ["broker", "sensor"])
        #expect(found.contains { $0.hasSuffix("no domain 'sensro' (did you mean sensor?)") }, "\(found)")
    }
}

// SPDX-License-Identifier: Apache-2.0

import LogReading
import Measurement
import Platform
import Verification

/// What `domb status` finds, a line for each thing.
struct HostStatus {
    private static let console = Filter.Purpose(task: "read Xen's console", package: "xen-utils")

    private let path: String
    private(set) var lines: [String] = []
    private(set) var isGood = true
    /// Of the LCM that the description gives.
    private var digest: [UInt8]?

    init(_ path: String) { self.path = path }

    private mutating func add(_ status: Check.Status, _ subject: String, _ text: String) {
        if status == .failed { isGood = false }
        let words = [status.word, subject].map { $0 + String(repeating: " ", count: max(1, 10 - $0.count)) }
        lines.append(inOneLine(words.joined() + text))
    }

    mutating func addInstallation(_ launch: LaunchDescription, images: String?, _ places: InstallPlaces) {
        do throws(CommandFailure) {
            let built = try launch.completed(byBuildOf: path, images: images)
            let installation = try Installation(built, images: images, places)
            digest = installation.lcmDigest
            let differences = try installation.differences()
            for difference in differences { add(.failed, "installed", difference) }
            if differences.isEmpty {
                add(.ok, "installed", "\(places.folder) and \(places.script) are what \(path) gives")
            }
        } catch {
            for line in error.message.split(separator: "\ndomb: ") { add(.failed, "installed", String(line)) }
        }
    }

    /// `nil`, with a line that says why, where nobody can ask.
    mutating func console() -> (content: [UInt8], name: String)? {
        do throws(CommandFailure) {
            return (try Filter.run(["xl", "dmesg"], on: [], limit: LogInput.limit, to: Self.console), "xl dmesg")
        } catch {
            add(.warning, "running", "this boot's log was not looked at: \(error.message)")
            return nil
        }
    }

    mutating func addBoot(_ source: (content: [UInt8], name: String)?) {
        guard let (content, name) = source else { return }
        guard LogInput.holdsLog(content) else {
            return add(
                .failed, "running", "no log of DomB's in \(name): this boot was not launched by it, or the log is gone")
        }
        do throws(CommandFailure) {
            let log = try LogInput(content, from: name)
            try log.check()
            addLaunch(log, name)
        } catch {
            add(.failed, "running", error.message)
        }
    }

    private mutating func addLaunch(_ log: LogInput, _ name: String) {
        var launched: [UInt8]?
        var domains = 0
        var failure = ""
        for record in log.reader.records {
            guard case .event(let event, _) = record.content else { continue }
            switch event {
            case .lcm(_, let digest): launched = digest.bytes
            case .domain: domains += 1
            case .error(_, _, let words): failure = text(words)
            case .identity, .nextInit, .cap, .unmeasured, .configuration: break
            }
        }
        let what = "\(domains) domains, PCR \(log.reader.pcr.rawValue), by \(name)"
        switch log.replay.outcome {
        case .closed: add(.ok, "running", "launched by DomB: \(what)")
        case .unmeasured: add(.warning, "running", "launched by DomB without a TPM: \(what)")
        case .failed: add(.failed, "running", "DomB's launch failed: \(failure)")
        case .open: add(.failed, "running", "the log has no end: \(what)")
        }
        guard let launched, let digest else { return }
        if launched == digest {
            add(.ok, "launch", "it is the one that \(path) gives: LCM sha256 \(hexadecimal(digest))")
        } else {
            add(
                .failed, "launch",
                "another than \(path) gives: LCM sha256 \(hexadecimal(launched)), and not \(hexadecimal(digest))")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// A description of domains that xl has had so far.
struct ImportedLaunch {
    /// What the description says of the boot domain.
    struct BootDomain {
        let xen: String
        let kernel: String
    }

    private let domains: [XLDomain]
    private let boot: BootDomain?

    init(_ domains: [XLDomain], boot: BootDomain?) {
        self.domains = domains
        self.boot = boot
    }

    /// What has no counterpart: "app.cfg:7: vnc: DomB has nothing of that kind".
    var unsaid: [String] {
        domains.flatMap { domain in domain.unsaid.map { "\(domain.path):\($0.line): \($0.text)" } }
    }

    /// Read as any other description: what that refuses is told by the lines of xl's files.
    func written() throws(CommandFailure) -> [UInt8] {
        let lines = lines
        let content = Array(lines.map { "\($0.text)\n" }.joined().utf8)
        do throws(CommandFailure) {
            _ = try LaunchDescription(parsing: content, from: Self.name)
        } catch {
            let places = lines.map { $0.place }
            let told = error.message.split(separator: "\ndomb: ").map { Self.placed(String($0), places) }
            throw CommandFailure(exitCode: error.exitCode, message: told.joined(separator: "\ndomb: "))
        }
        return content
    }

    /// What the description is called while it is read.
    private static let name = "the description"

    private static func placed(_ message: String, _ places: [String]) -> String {
        let rest = message.dropFirst(name.count + 1)
        let digits = rest.prefix { $0 != ":" }
        guard message.hasPrefix("\(name):"), let line = Int(digits), places.indices.contains(line - 1) else {
            return message
        }
        return "\(places[line - 1]):\(rest.dropFirst(digits.count + 1))"
    }

    /// With the place in xl's files that each is from.
    private var lines: [(text: String, place: String)] {
        let files = domains.map { $0.path.filter { !$0.isNewline } }
        var lines = [
            "# Made by domb import from \(files.joined(separator: ", ")). docs/lcm-yaml.md explains every key.",
            "launch:", "  # The boot domain stays, inert: what every Xen lets it do.", "  handoff: park",
            "builder: construct",
        ]
        if let boot {
            lines += [
                "xen:", "  path: \(DescriptionWriter.quoted(boot.xen))",
                "  options: console=com1 com1=115200,8n1 dom0=pvh,pf-fixup dom0_mem=512M",
                "boot_domain:", "  kernel: \(DescriptionWriter.quoted(boot.kernel))",
                "  cmdline: console=hvc0 rdinit=/init panic=5 quiet",
            ]
        }
        var placed = (lines + ["domains:"]).map { ($0, Self.name) }
        for (domain, file) in zip(domains, files) {
            for (index, line) in domain.lines.enumerated() {
                placed.append((index == 0 ? "  - \(line.text)" : "    \(line.text)", "\(file):\(line.place)"))
            }
            placed += domain.unsaid.map {
                (
                    "    # not carried over: \(file):\($0.line): \($0.text.filter { !$0.isNewline })",
                    "\(file):\($0.line)"
                )
            }
        }
        return placed
    }
}

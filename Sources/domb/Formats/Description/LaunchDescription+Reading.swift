// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import Yams

extension LaunchDescription {
    private static let keys = ["launch", "builder", "xen", "grub", "boot_domain", "domains"]

    /// U+FEFF in UTF-8, which may stand before a YAML stream (YAML 1.2, 5.2).
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Reads a description; everything that is wrong with it is told at once.
    init(parsing file: [UInt8], from path: String) throws(CommandFailure) {
        let hasMark = file.starts(with: Self.byteOrderMark)
        try self.init(text: hasMark ? [UInt8](file.dropFirst(Self.byteOrderMark.count)) : file, from: path)
    }

    private init(text content: [UInt8], from file: String) throws(CommandFailure) {
        let problems = DescriptionProblems(file: file)
        self.init(file: file, settings: LaunchSettings(handoff: .shutdown), problems: problems)
        let root = DescriptionValue(
            node: try Self.compose(content, file), line: 1, key: "", problems: problems)
        guard let top = root.section(Self.keys) else {
            try problems.check()
            return
        }
        let launch = top.needed("launch")?.section(
            SettingKey.keys(in: .launch).map { $0.yaml })
        if let launch { readSettings(launch) }
        sections["launch"] = launch
        builder = top["builder"]?.choice(Builder.allCases.map { ($0.rawValue, $0) }) ?? .xen
        if builder.dialect != .document { settings.builder = .hypervisor }
        if let section = top["xen"]?.section(["path", "options"]) {
            sections["xen"] = section
            xen.path = section["path"]?.text ?? xen.path
            xen.options = section["options"]?.line(of: "options") ?? ""
        }
        if let section = top["grub"]?.section(["title", "folder", "tables", "lcm"]) { readGrub(section) }
        let bootDomain = top["boot_domain"]?.section(["kernel", "initramfs", "cmdline", "memory", "vcpus", "mode"])
        if let bootDomain { readBoot(bootDomain) }
        sections["boot_domain"] = bootDomain
        if let value = top.needed("domains") {
            domainsLine = value.line
            // Before each of them is read and named: nobody counts them from the messages.
            if let count = value.node.sequence?.count, count > Limits.domains {
                throw Self.tooMany("\(file):\(value.line)")
            }
            domains = value.items.compactMap { Domain($0) }
            checkNames()
            checkPartners()
            if domains.isEmpty, value.node.sequence?.isEmpty ?? false { value.wrong("empty: a launch has a domain") }
        }
        addBootArguments(launch, bootDomain)
        try problems.check()
    }

    /// The most domains, at 512 bytes each: what an LCM of 4 MiB says of one is less.
    private static let limit = 16 << 20

    private static func tooMany(_ place: String) -> CommandFailure {
        .malformed("\(place): domains: more than \(Limits.domains), and Xen has no domids for them")
    }

    /// The line of the first list item below `domains` that is one too many. The reader of YAML would take seconds to get
    /// there. A list in brackets is counted when it is read.
    private static func lineOfExcess(_ content: [UInt8]) -> Int? {
        var isInside = false
        var indent: Int?
        var count = 0
        for (index, line) in content.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let spaces = line.prefix { $0 == 0x20 }.count
            let rest = line.dropFirst(spaces)
            guard let first = rest.first, first != UInt8(ascii: "#"), first != 0x0D else { continue }
            let isItem = first == UInt8(ascii: "-") && (rest.count == 1 || rest.dropFirst().first == 0x20)
            if spaces == 0, !isItem {
                isInside = line.starts(with: "domains:".utf8)
                indent = nil
            } else if isInside, isItem, spaces == indent ?? spaces {
                indent = spaces
                count += 1
                if count > Limits.domains { return index + 1 }
            }
        }
        return nil
    }

    /// The first line that is indented by a tab. YAML's own reader tells of it as of any character that may not stand there.
    private static func tabbedLine(_ content: [UInt8]) -> Int? {
        let lines = content.split(separator: 0x0A, omittingEmptySubsequences: false)
        return lines.firstIndex { line in
            let indent = line.prefix { $0 == 0x20 || $0 == 0x09 }
            return indent.contains(0x09) && line.count > indent.count && line[indent.endIndex] != UInt8(ascii: "#")
        }.map { $0 + 1 }
    }

    private static func compose(_ content: [UInt8], _ file: String) throws(CommandFailure) -> Node {
        guard content.count <= limit else { throw .malformed("\(file): larger than \(limit) bytes") }
        if let line = lineOfExcess(content) { throw tooMany("\(file):\(line)") }
        guard let text = String(validating: content, as: UTF8.self) else {
            throw .malformed("\(file): not UTF-8 text")
        }
        do {
            guard let node = try Yams.compose(yaml: text) else { throw CommandFailure.malformed("\(file):1: empty") }
            return node
        } catch let failure as CommandFailure {
            throw failure
        } catch let error as YamlError {
            if let line = tabbedLine(content) {
                throw .malformed("\(file):\(line): a tab before the first word: YAML indents by spaces alone")
            }
            throw .malformed("\(file):\(error.place)")
        } catch {
            throw .malformed("\(file): \(error)")
        }
    }

    private mutating func readSettings(_ section: DescriptionSection) {
        if let number = section["pcr"]?.number(in: 0...UInt64(PCRIndex.count - 1)),
            let pcr = PCRIndex(rawValue: UInt32(number))
        {
            settings.pcr = pcr
        }
        if let pools = section["cpupools"] { settings.cpupools = Self.cpupools(pools) }
        let policies = [TPMPolicy.require, .warn, .off].map { ($0.name.description, $0) }
        settings.tpmPolicy = section["tpm"]?.choice(policies) ?? settings.tpmPolicy
        let coverages = [Coverage.images, .all].map { ($0.name.description, $0) }
        settings.coverage = section["coverage"]?.choice(coverages) ?? settings.coverage
        let builders = BuilderKind.allCases.map { ($0.name.description, $0) }
        settings.builder = section["builder"]?.choice(builders) ?? settings.builder
        let kinds = [HandoffKind.shutdown, .execute, .park].map { ($0.name.description, $0) }
        if let value = section["xenstored"], case .given(let digest) = value.expectedDigest(allowingHex: true) {
            settings.xenstored = digest
        }
        guard let kind = section.needed("handoff")?.choice(kinds) else { return }
        settings.handoff = kind
        settings.handoffTarget = section.bytes("handoff_target", limit: Limits.pathBytes)
        let target = section["handoff_target"]
        if kind == .execute, target == nil {
            section.problems.add(line: section.line, key: "launch.handoff_target", "missing: handoff exec needs it")
        } else if kind != .execute, let target {
            target.wrong("only with handoff exec")
        } else if let path = settings.handoffTarget, path.first != UInt8(ascii: "/") {
            target?.wrong("not an absolute path")
        }
    }

    private mutating func readGrub(_ section: DescriptionSection) {
        grub.title = section["title"]?.line(of: "title") ?? grub.title
        if let value = section["folder"], let text = value.text {
            if !text.hasPrefix("/") { value.wrong("not an absolute path") }
            grub.folder = text == "/" ? "" : text
        }
        grub.tables = section["tables"]?.text
        grub.lcm = section["lcm"]?.text
    }

    private mutating func readBoot(_ section: DescriptionSection) {
        boot = Boot(
            kernel: section["kernel"].flatMap { Image(bootModule: $0) },
            initramfs: section["initramfs"].flatMap { Image(bootModule: $0) },
            commandLine: section.bytes("cmdline", limit: Limits.commandLineBytes) ?? [],
            memory: section["memory"]?.kibibytes,
            vcpus: section["vcpus"]?.number(in: 1...UInt64(Limits.vcpus)).map { UInt32($0) } ?? 1,
            mode: section["mode"]?.choice([DomainMode.pvh, .pv].map { ($0.word, $0) }) ?? .pvh)
        if builder == .construct {
            section["mode"]?.wrong("only where the hypervisor builds the boot domain")
            for image in [boot?.kernel, boot?.initramfs] where image?.index != nil {
                image?.place.wrong("has no index: a stock Xen starts dom0 by itself")
            }
        }
    }

    private func checkPartners() {
        let names = Set(domains.map { $0.description.name })
        for domain in domains {
            for setting in domain.description.settings {
                guard let partner = setting.partner, !partner.isBootDomain else { continue }
                let isChannel = setting.key == .eventChannels
                if partner.name == domain.description.name {
                    domain.place[setting.key.yaml]?.wrong(
                        isChannel ? "a channel from the domain to itself" : "a domain cannot serve itself")
                } else if !names.contains(partner.name) {
                    domain.place[setting.key.yaml]?.wrong(
                        "\(isChannel ? "" : "there is ")no domain '\(text(partner.name))'")
                }
            }
        }
    }

    private func checkNames() {
        var lines: [[UInt8]: Int] = [:]
        for domain in domains {
            let name = domain.description.name
            if let line = lines[name] {
                domain.place["name"]?.wrong("'\(text(name))' has been given on line \(line) already")
            } else {
                lines[name] = domain.place["name"]?.line ?? 0
            }
        }
        for domain in domains {
            guard let pool = domain.description.cpupool,
                !settings.cpupools.contains(where: { $0.name == pool })
            else { continue }
            let names = settings.cpupools.map { text($0.name) }
            domain.place["cpupool"]?.wrong("no cpupool '\(text(pool))'\(NearName.hint(for: text(pool), among: names))")
        }
        for domain in domains {
            for (name, place) in domain.dependsOn {
                if name == domain.description.name {
                    place.wrong("a domain cannot wait for itself")
                } else if lines[name] == nil {
                    // So many domains that a suggestion would take longer than all the rest are not written by hand.
                    let names = domains.count > 1000 ? [] : domains.map { text($0.description.name) }
                    place.wrong("no domain '\(text(name))'\(NearName.hint(for: text(name), among: names))")
                }
            }
        }
    }
}

extension DescriptionValue {
    /// Text that stands on one line of a grub.cfg.
    fileprivate func line(of name: String) -> String? {
        guard let text else { return nil }
        guard !text.utf8.contains(where: { $0 < 0x20 }) else {
            wrong("more than one line")
            return nil
        }
        return text
    }
}

extension YamlError {
    /// "LINE: TEXT".
    fileprivate var place: String {
        switch self {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            "\(mark.line): \(problem)\(context.map { " (\($0.text))" } ?? "")"
        case .duplicatedKeysInMapping(let duplicates, let context):
            "\(context.mark.line): \(duplicates.joined(separator: ", ")): given twice in one section"
        case .reader(let problem, let offset, _, _):
            " \(problem)\(offset.map { " (offset \($0))" } ?? "")"
        default: " \(self)"
        }
    }
}

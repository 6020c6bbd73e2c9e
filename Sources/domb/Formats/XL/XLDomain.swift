// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// A domain of a description, made from xl's configuration file of it. Every setting of the file becomes a line of the
/// description, or is told of: nothing is dropped without a word.
struct XLDomain {
    /// A line of the description, without the indentation of its section, and the file's line that it is from.
    struct Line {
        let text: String
        let place: Int
    }

    let path: String
    var lines: [Line] = []
    /// What has no counterpart, by its line.
    private(set) var unsaid: [(line: Int, text: String)] = []
    private var settings: [String: XLFile.Setting] = [:]

    init(_ file: XLFile, from path: String) {
        self.path = path
        for setting in file.settings {
            if let earlier = settings.updateValue(setting, forKey: setting.key) {
                drop(earlier.line, "\(setting.key)", "it is given again on line \(setting.line), which counts")
            }
        }
        addIdentity()
        addResources()
        addDevices()
        addImages()
        addRest()
    }

    mutating func drop(_ line: Int, _ key: String, _ why: String) { unsaid.append((line, "\(key): \(why)")) }

    mutating func write(_ key: String, _ value: String, _ line: Int) {
        lines.append(Line(text: "\(key): \(value)", place: line))
    }

    /// Of a list, one line for each.
    mutating func write(_ key: String, _ items: [XLFile.Item]) {
        guard let first = items.first else { return }
        lines.append(Line(text: "\(key):", place: first.line))
        for item in items { lines.append(Line(text: "  - \(Self.quoted(item.text))", place: item.line)) }
    }

    static func quoted(_ text: String) -> String { DescriptionWriter.quoted(text) }

    /// The setting is read: whoever takes it says what becomes of it.
    mutating func take(_ key: String) -> XLFile.Setting? { settings.removeValue(forKey: key) }

    /// The same where a single value is wanted.
    mutating func single(_ key: String) -> (text: String, line: Int)? {
        guard let setting = take(key) else { return nil }
        switch setting.value {
        case .single(let text): return (text, setting.line)
        case .list(let items) where items.count == 1: return (items[0].text, setting.line)
        case .list:
            drop(setting.line, key, "a single value is wanted, not a list")
            return nil
        }
    }

    /// The same where a list is: one value is a list of one.
    mutating func items(_ key: String) -> [XLFile.Item] {
        guard let setting = take(key) else { return [] }
        switch setting.value {
        case .single(let text): return [XLFile.Item(text: text, line: setting.line)]
        case .list(let items): return items
        }
    }

    /// As C reads one (strtoul with base 0).
    static func number(_ text: String) -> UInt64? {
        if text.hasPrefix("0x") { return UInt64(text.dropFirst(2), radix: 16) }
        if text.hasPrefix("0"), text.count > 1 { return UInt64(text.dropFirst(), radix: 8) }
        return text.allSatisfy({ $0.isASCII && $0.isNumber }) ? UInt64(text) : nil
    }

    private mutating func number(_ key: String) -> (value: UInt64, line: Int)? {
        guard let (text, line) = single(key) else { return nil }
        guard let value = Self.number(text) else {
            drop(line, key, "'\(text)' is no number")
            return nil
        }
        return (value, line)
    }

    private mutating func addIdentity() {
        if let (name, line) = single("name") { write("name", Self.quoted(name), line) }
        if let (uuid, line) = single("uuid") { write("uuid", Self.quoted(uuid), line) }
        let kind = single("type") ?? single("builder").map { ($0.text == "linux" ? "pv" : $0.text, $0.line) }
        if let kind {
            write("mode", Self.quoted(kind.0), kind.1)
        } else {
            write("mode", "pv", 1)
            drop(1, "type", "it is not given, and to xl that is pv; a kernel that starts as PVH, too, is mode: pvh")
        }
    }

    private mutating func addResources() {
        let most = number("maxmem")
        if let memory = number("memory") ?? most { write("memory", "\(memory.value)M", memory.line) }
        if let most { write("mem_max", "\(most.value)M", most.line) }
        let vcpus = number("vcpus")
        if let vcpus { write("vcpus", "\(vcpus.value)", vcpus.line) }
        if let most = number("maxvcpus"), most.value != vcpus?.value ?? 1 {
            drop(most.line, "maxvcpus", "all vcpus of a domain are there from its start: vcpus says how many")
        }
        addAffinities(count: Int(clamping: vcpus?.value ?? 1))
        for (key, name) in [
            ("cpu_weight", "weight"), ("cap", "cap"), ("max_grant_frames", "max_grant_frames"),
        ] {
            if let found = number(key) { write(name, "\(found.value)", found.line) }
        }
        if let pool = single("pool"), pool.text != "Pool-0", pool.text != "0" {
            drop(
                pool.line, "pool",
                "launch.cpupools makes cpupools, by name, scheduler and cpus; cpupool names one of them")
        }
        if let label = single("seclabel") { write("label", Self.quoted(label.text), label.line) }
        addClock()
        addFeatures()
    }

    private mutating func addClock() {
        if let mode = single("tsc_mode") {
            let modes = [("default", "default"), ("always_emulate", "always-emulate"), ("native", "never-emulate")]
            let found = modes.indices.first { modes[$0].0 == mode.text || Self.number(mode.text) == UInt64($0) }
            if let found {
                write("tsc_mode", modes[found].1, mode.line)
            } else {
                drop(mode.line, "tsc_mode", "'\(mode.text)' is nothing that DomB has")
            }
        }
        var parameters: [XLFile.Item] = []
        let timers = [
            "delay_for_missed_ticks", "no_delay_for_missed_ticks", "no_missed_ticks_pending", "one_missed_tick_pending",
        ]
        if let mode = single("timer_mode") {
            let value = timers.firstIndex(of: mode.text).map(String.init) ?? mode.text
            parameters.append(XLFile.Item(text: "timer-mode:\(value)", line: mode.line))
        }
        if let align = single("vpt_align") {
            parameters.append(XLFile.Item(text: "timer-alignment:\(align.text)", line: align.line))
        }
        write("hvm_params", parameters)
    }

    /// "host,avx512f=0": what is cleared of the host's.
    private mutating func addFeatures() {
        guard let setting = take("cpuid") else { return }
        guard case .single(let text) = setting.value, text.hasPrefix("host") else {
            return drop(
                setting.line, "cpuid", "only what a domain is not told of the host's features, as in host,rtm=0")
        }
        var cleared: [String] = []
        for part in text.split(separator: ",").dropFirst() {
            let halves = part.split(separator: "=", maxSplits: 1).map { $0.trimmed }
            let isKnown = CPUFeature.allCases.contains { $0.name.description == halves.first }
            guard halves.count == 2, halves[1] == "0", isKnown else {
                drop(setting.line, "cpuid", "'\(part)' is no feature that DomB can clear")
                continue
            }
            cleared.append(halves[0])
        }
        write("cpuid_clear", cleared.sorted().map { XLFile.Item(text: $0, line: setting.line) })
    }

    private mutating func addImages() {
        if let kernel = single("kernel") { write("kernel", Self.quoted(kernel.text), kernel.line) }
        if let ramdisk = single("ramdisk") { write("ramdisk", Self.quoted(ramdisk.text), ramdisk.line) }
        let line = single("cmdline")
        let root = single("root")
        let extra = single("extra")
        if let line {
            write("cmdline", Self.quoted(line.text), line.line)
            for (key, other) in [("root", root), ("extra", extra)] {
                if let other { drop(other.line, key, "cmdline is given, and xl passes over it") }
            }
        } else {
            let words = [root.map { "root=\($0.text)" }, extra?.text].compactMap { $0 }.joined(separator: " ")
            if let place = root?.line ?? extra?.line { write("cmdline", Self.quoted(words), place) }
        }
    }

    private mutating func addRest() {
        for setting in settings.values.sorted(by: { $0.line < $1.line }) {
            drop(setting.line, setting.key, Self.reason(setting.key))
        }
        unsaid.sort { $0.line < $1.line }
    }

    private static func reason(_ key: String) -> String {
        if key.hasPrefix("on_") { return "nobody watches a domain after the launch: one that ends stays ended" }
        if key == "bootloader" { return "DomB loads a kernel that the launch names, and looks for none in a disk" }
        return ForeignWords.isOfXL(key) ? "DomB has nothing of that kind" : "no setting of xl.cfg(5) that domb knows"
    }
}

extension StringProtocol {
    /// Without spaces and tabs at its ends.
    var trimmed: String {
        var part = self[...]
        while let first = part.first, first == " " || first == "\t" || first == "\n" { part = part.dropFirst() }
        while let last = part.last, last == " " || last == "\t" || last == "\n" { part = part.dropLast() }
        return String(part)
    }
}

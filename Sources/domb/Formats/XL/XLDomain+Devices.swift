// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension XLDomain {
    mutating func addDevices() {
        let disks = items("disk").compactMap { disk($0) }
        let interfaces = items("vif").compactMap { interface($0) }
        if let first = disks.first ?? interfaces.first { write("enhanced", "enabled", first.line) }
        write("disks", disks)
        write("vifs", interfaces)
        writeSorted("pci", items("pci").compactMap { function($0) })
        writeSorted("ioports", items("ioports").compactMap { ports($0) })
        writeSorted("iomem", items("iomem").compactMap { frames($0) })
        writeSorted("irqs", items("irqs").map { (Self.number($0.text) ?? 0, $0) })
    }

    /// An LCM has them ascend.
    private mutating func writeSorted(_ key: String, _ items: [(order: UInt64, item: XLFile.Item)]) {
        write(key, items.sorted { $0.order < $1.order }.map { $0.item })
    }

    /// xl-disk-configuration(5): parameters by name, or by their order; target= takes the rest of the text.
    private mutating func disk(_ item: XLFile.Item) -> XLFile.Item? {
        var words: [String: String] = [:]
        var rest = item.text[...]
        var isPrefixed = false
        if let prefix = ["phy:", "file:", "raw:"].first(where: { item.text.hasPrefix($0) }) {
            rest = rest.dropFirst(prefix.count)
            isPrefixed = true
        }
        while !rest.isEmpty {
            rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "\n" }
            if rest.hasPrefix("target=") {
                words["target"] = String(rest.dropFirst(7))
                break
            }
            let part = rest.prefix { $0 != "," }
            rest = rest[part.endIndex...].dropFirst()
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let order = ["target"] + (isPrefixed ? [] : ["format"]) + ["vdev", "access"]
            let key = halves.count == 2 ? halves[0] : order.first { words[$0] == nil }
            guard let key, words.updateValue(halves.count == 2 ? halves[1] : String(part), forKey: key) == nil else {
                drop(item.line, "disk", "'\(part)' is one value too many")
                return nil
            }
        }
        return disk(words, item)
    }

    private mutating func disk(_ given: [String: String], _ item: XLFile.Item) -> XLFile.Item? {
        var words = given
        let accesses = ["": "rw", "r": "ro", "ro": "ro", "w": "rw", "rw": "rw"]
        guard ["", "raw"].contains(words.removeValue(forKey: "format") ?? ""), words["cdrom"] == nil,
            words.removeValue(forKey: "devtype") ?? "disk" == "disk",
            let access = accesses[words.removeValue(forKey: "access") ?? ""]
        else {
            drop(item.line, "disk", "'\(item.text)': DomB has raw disks alone, ro or rw, no cdrom")
            return nil
        }
        if words["backendtype"] == "phy" { words["backendtype"] = nil }
        guard words["target"]?.contains(",") != true else {
            drop(item.line, "disk", "'\(item.text)': target= takes all behind it, commas too: put it last")
            return nil
        }
        let backend = words.removeValue(forKey: "backend").map { ",backend=\(Self.backend($0))" } ?? ""
        let text =
            "vdev=\(words.removeValue(forKey: "vdev") ?? ""),target=\(words.removeValue(forKey: "target") ?? ""),"
            + "access=\(access)\(backend)"
        dropOthers(words, "disk", item)
        guard VirtualDisk(text: Array(text.utf8)[...]) != nil else {
            drop(item.line, "disk", "'\(item.text)': \(DeviceProblem.ofDisk(text) ?? "no disk that DomB has")")
            return nil
        }
        return XLFile.Item(text: text, line: item.line)
    }

    private static func backend(_ name: String) -> String { name == "0" ? "Domain-0" : name }

    private mutating func dropOthers(_ words: [String: String], _ device: String, _ item: XLFile.Item) {
        for key in words.keys.sorted() { drop(item.line, device, "its \(key): DomB has nothing of that kind") }
    }

    /// xl-network-configuration(5).
    private mutating func interface(_ item: XLFile.Item) -> XLFile.Item? {
        var words: [String: String] = [:]
        for part in item.text.split(separator: ",") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { $0.trimmed }
            words[halves[0]] = halves.count == 2 ? halves[1] : ""
        }
        guard let mac = words.removeValue(forKey: "mac") else {
            drop(item.line, "vif", "'\(item.text)' has no mac: xl makes one up, and a measured launch says it")
            return nil
        }
        let bridge = words.removeValue(forKey: "bridge").map { ",bridge=\($0)" } ?? ""
        let backend = words.removeValue(forKey: "backend").map { ",backend=\(Self.backend($0))" } ?? ""
        let text = "mac=\(mac.lowercased())\(bridge)\(backend)"
        dropOthers(words, "vif", item)
        guard VirtualInterface(text: Array(text.utf8)[...]) != nil else {
            drop(item.line, "vif", "'\(item.text)': \(DeviceProblem.ofInterface(text) ?? "no interface that DomB has")")
            return nil
        }
        return XLFile.Item(text: text, line: item.line)
    }

    /// xl-pci-configuration(5): "[DDDD:]BB:DD.F", and options behind it.
    private mutating func function(_ item: XLFile.Item) -> (UInt64, XLFile.Item)? {
        let parts = item.text.split(separator: ",").map { $0.trimmed }
        if parts.count > 1 { drop(item.line, "pci", "the options of \(parts[0]): DomB has none") }
        let address = parts.first?.split(separator: "@").first.map(String.init) ?? ""
        let colons = address.filter { $0 == ":" }.count
        let whole = colons == 1 ? "0000:\(address)" : address
        let order = UInt64(whole.filter { $0 != ":" && $0 != "." }, radix: 16) ?? 0
        return (order, XLFile.Item(text: whole.lowercased(), line: item.line))
    }

    /// "2f8-2ff", hexadecimal without 0x.
    private mutating func ports(_ item: XLFile.Item) -> (UInt64, XLFile.Item)? {
        let bounds = item.text.split(separator: "-", omittingEmptySubsequences: false).map {
            UInt64($0.trimmed, radix: 16)
        }
        guard bounds.count <= 2, let first = bounds.first ?? nil, let last = bounds.last ?? nil, first <= last,
            last <= 0xFFFF
        else {
            drop(item.line, "ioports", "'\(item.text)' is no range of hexadecimal numbers, as in 2f8-2ff")
            return nil
        }
        return (first, XLFile.Item(text: "\(hexadecimal(first))+\(last - first + 1)", line: item.line))
    }

    /// "START,COUNT[@GUEST]", hexadecimal without 0x.
    private mutating func frames(_ item: XLFile.Item) -> (UInt64, XLFile.Item)? {
        let halves = item.text.split(separator: "@", omittingEmptySubsequences: false)
        let numbers = halves[0].split(separator: ",", omittingEmptySubsequences: false).map {
            UInt64($0.trimmed, radix: 16)
        }
        let guest = halves.count == 2 ? UInt64(halves[1].trimmed, radix: 16) : numbers.first ?? nil
        guard halves.count <= 2, numbers.count == 2, let first = numbers[0], let count = numbers[1], let guest else {
            drop(
                item.line, "iomem",
                "'\(item.text)' is not START,COUNT@GUEST in hexadecimal numbers, as in d0000,10@d0000")
            return nil
        }
        return (first, XLFile.Item(text: "\(hexadecimal(first))+\(count)@\(hexadecimal(guest))", line: item.line))
    }
}

extension XLDomain {
    mutating func addAffinities(count: Int) {
        let hard = affinity("cpus", count)
        let soft = affinity("cpus_soft", count)
        guard let line = hard.line ?? soft.line, !(hard.sets + soft.sets).allSatisfy({ $0 == nil }) else { return }
        lines.append(Line(text: "affinity:", place: line))
        for vcpu in 0..<min(count, Int(Limits.vcpus)) {
            let sets = [("hard", hard.sets[vcpu]), ("soft", soft.sets[vcpu])].compactMap { name, cpus in
                cpus.map { "\(name): \"\(cpuList($0))\"" }
            }
            if !sets.isEmpty {
                lines.append(Line(text: "  - {\((["vcpu: \(vcpu)"] + sets).joined(separator: ", "))}", place: line))
            }
        }
    }

    /// One text for all vcpus, or a list with one for each.
    private mutating func affinity(_ key: String, _ count: Int) -> (line: Int?, sets: [CPUSet?]) {
        let none = [CPUSet?](repeating: nil, count: min(count, Int(Limits.vcpus)))
        guard let setting = take(key) else { return (nil, none) }
        var sets = none
        do throws(XLFile.Problem) {
            switch setting.value {
            case .single(let text):
                let cpus = try Self.cpus(text, setting.line)
                sets = sets.map { _ in cpus }
            case .list(let items):
                for (vcpu, item) in items.enumerated() where sets.indices.contains(vcpu) {
                    sets[vcpu] = try Self.cpus(item.text, item.line)
                }
            }
            return (setting.line, sets)
        } catch {
            drop(error.line, key, error.text)
            return (nil, none)
        }
    }

    /// "0-3,5,^2"; `nil` for all.
    private static func cpus(_ text: String, _ line: Int) throws(XLFile.Problem) -> CPUSet? {
        guard text.trimmed != "all" else { return nil }
        var numbers: Set<UInt32> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false).map({ $0.trimmed }) {
            let isTaken = part.hasPrefix("^")
            let bounds = part.drop { $0 == "^" }.split(separator: "-", omittingEmptySubsequences: false).map {
                UInt32($0)
            }
            guard bounds.count <= 2, let first = bounds.first ?? nil, let last = bounds.last ?? nil, first <= last,
                last < Limits.cpus
            else { throw XLFile.Problem(line: line, text: "'\(text)': only cpus by their numbers, as in 0-3,^2") }
            if isTaken { numbers.subtract(first...last) } else { numbers.formUnion(first...last) }
        }
        var set = CPUSet()
        for cpu in numbers { set.insert(cpu) }
        return set
    }
}

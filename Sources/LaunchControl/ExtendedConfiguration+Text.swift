// SPDX-License-Identifier: Apache-2.0

import Platform

extension ExtendedConfiguration {
    /// The keys of DomB's text: the device tree's properties without `domb,`.
    public static let textKeys: [StaticString] = [
        "cpupool", "rtds-period", "rtds-budget", "node-affinity", "ioports", "iomem", "irqs", "tsc-mode", "hvm-params",
        "label", "pci", "enhanced", "console", "disks", "vifs", "event-channels", "cpuid-clear",
    ]

    /// What texts say: `value` gives that of a key, `report` takes what is wrong with it. Lists have commas between
    /// their items, numbers are decimal, or hexadecimal after 0x.
    public init(
        text value: (StaticString) -> [UInt8]?, report: (StaticString, ParseError.Code) -> Void
    ) {
        func list<Item>(_ key: StaticString, _ read: ([UInt8]) -> List<Item>) -> [Item] {
            guard let text = value(key) else { return [] }
            let (items, problem) = read(text)
            if let problem { report(key, problem) }
            return items
        }
        self.init()
        cpupool = value("cpupool")
        rtds = Self.rtds(value, report)
        if let text = value("node-affinity") {
            nodeAffinity = CPUList.parse(text)
            if nodeAffinity == nil { report("node-affinity", .badCPUList) }
        }
        ports = list("ioports") { Self.cells($0, [UInt8(ascii: "+")]).map(Self.ports) ?? ([], .badPropertyValue) }
        memory = list("iomem") {
            Self.cells($0, [UInt8(ascii: "+"), UInt8(ascii: "@")]).map(Self.memory) ?? ([], .badPropertyValue)
        }
        interrupts = list("irqs") { Self.cells($0, []).map(Self.interrupts) ?? ([], .badPropertyValue) }
        if let text = value("tsc-mode") {
            tscMode = TSCMode.allCases.first { Line($0.name).bytes == text }
            if tscMode == nil { report("tsc-mode", .badPropertyValue) }
        }
        parameters = list("hvm-params") { Self.settings($0).map(Self.parameters) ?? ([], .badPropertyValue) }
        channels = list("event-channels") { Self.channels(Self.parts($0)) }
        clearedFeatures = list("cpuid-clear") { Self.features(Self.parts($0)) }
        if let text = value("label") {
            label = text
            if let problem = Self.labelProblem(text) { report("label", problem) }
        }
        devices = list("pci") { Self.devices(Self.parts($0)) }
        if let text = value("enhanced") {
            if let uses = Self.storeUse(text) { usesStore = uses } else { report("enhanced", .badPropertyValue) }
        }
        console = value("console").map { Backend(name: $0) }
        disks = list("disks") { Self.disks(Self.specifications($0)) }
        interfaces = list("vifs") { Self.interfaces(Self.specifications($0)) }
        if let problem = storeProblem { report("enhanced", problem) }
    }

    private static func rtds(
        _ value: (StaticString) -> [UInt8]?, _ report: (StaticString, ParseError.Code) -> Void
    ) -> RTDSParameters? {
        func word(_ key: StaticString) -> UInt32? {
            guard let text = value(key) else { return nil }
            let word = number(text[...]).flatMap { UInt32(exactly: $0) }
            if word == nil { report(key, .badPropertyValue) }
            return word
        }
        let period = word("rtds-period")
        let budget = word("rtds-budget")
        // One alone: the other is missing.
        if value("rtds-budget") == nil, period != nil { report("rtds-period", .conflictingProperties) }
        if value("rtds-period") == nil, budget != nil { report("rtds-budget", .conflictingProperties) }
        guard let period, let budget else { return nil }
        let parameters = RTDSParameters(period: period, budget: budget)
        if !parameters.isPossible { report("rtds-budget", .badPropertyValue) }
        return parameters
    }

    private static func parts(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
        text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    }

    /// Devices have commas inside: semicolons stand between them.
    private static func specifications(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
        text.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
    }

    /// "0x3f8+8,0x60+1" with one separator, "0xfe000+16@0xfe000" with two.
    private static func cells(_ text: [UInt8], _ separators: [UInt8]) -> [UInt64]? {
        var cells: [UInt64] = []
        for part in parts(text) {
            var rest = part
            for separator in separators {
                guard let place = rest.firstIndex(of: separator), let number = number(rest[..<place]) else {
                    return nil
                }
                cells.append(number)
                rest = rest[(place + 1)...]
            }
            guard let number = number(rest) else { return nil }
            cells.append(number)
        }
        return cells
    }

    /// "timer-mode:2,triple-fault-reason:1" as pairs of number and value.
    private static func settings(_ text: [UInt8]) -> [UInt64]? {
        var cells: [UInt64] = []
        for part in parts(text) {
            guard let colon = part.firstIndex(of: UInt8(ascii: ":")), let value = number(part[(colon + 1)...]),
                let parameter = HVMParameter.allCases.first(where: { Line($0.name).bytes == [UInt8](part[..<colon]) })
            else { return nil }
            cells += [UInt64(parameter.rawValue), value]
        }
        return cells
    }

    private static func number(_ text: ArraySlice<UInt8>) -> UInt64? {
        Hexadecimal.number(text) ?? Decimal.parse(text)
    }
}

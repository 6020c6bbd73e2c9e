// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// A domain of an LCM as xl's configuration file (xl.cfg(5), Xen 4.20): so that a toolstack's idea of the domain agrees with
/// the LCM. What xl has no word for stands in comments.
struct XLConfiguration {
    private var settings: [String] = []
    private var unsaid: [String] = []

    init(_ domain: DomainDescription, in lcm: LCM, images: ModuleFiles) {
        addIdentity(domain)
        addMemory(domain)
        addAffinity("cpus", domain.affinities.map { ($0.vcpu, $0.hard) }, vcpus: domain.vcpus)
        addAffinity("cpus_soft", domain.affinities.map { ($0.vcpu, $0.soft) }, vcpus: domain.vcpus)
        for key in SettingKey.written { add(key, domain, lcm) }
        add(domain.kernel, "kernel", images)
        if let ramdisk = domain.ramdisk { add(ramdisk, "ramdisk", images) }
        if !domain.commandLine.isEmpty { set("cmdline", domain.commandLine) }
        addUnsaid(domain, lcm)
    }

    /// The file's lines.
    var lines: [String] { settings + unsaid.map { "# xl has no word for: \($0)" } }

    private mutating func addIdentity(_ domain: DomainDescription) {
        set("name", domain.name)
        if let handle = domain.handle { set("uuid", Array(uuid(handle).utf8)) }
        set("type", Array(domain.mode.word.utf8))
    }

    /// xl counts in MiB.
    private mutating func addMemory(_ domain: DomainDescription) {
        for (key, kibibytes) in [("memory", domain.memory), ("maxmem", domain.maxMemory ?? 0)] where kibibytes > 0 {
            if kibibytes % 1024 != 0 { unsaid.append("\(key) of \(kibibytes) KiB: rounded up to MiB") }
            settings.append("\(key) = \((kibibytes + 1023) / 1024)")
        }
        settings += ["vcpus = \(domain.vcpus)", "maxvcpus = \(domain.vcpus)"]
    }

    /// A list has a place for each vcpu.
    private mutating func addAffinity(_ key: String, _ sets: [(vcpu: UInt32, cpus: CPUSet?)], vcpus: UInt32) {
        guard sets.contains(where: { $0.cpus != nil }) else { return }
        let words = (0..<vcpus).map { vcpu in
            let cpus = sets.first { $0.vcpu == vcpu }?.cpus
            return cpus.map { cpuList($0) } ?? "all"
        }
        list(key, words)
    }

    private mutating func add(_ image: ImageReference, _ key: String, _ images: ModuleFiles) {
        if let file = image.moduleIndex.flatMap({ images.name(of: $0) }) {
            set(key, Array(file.utf8))
        } else {
            let index = image.moduleIndex.map { "boot module \($0)" } ?? "no module index"
            unsaid.append("\(key): \(index), whose file is not given (--image)")
        }
        if let digest = image.expectedDigest { unsaid.append("\(key) digest \(hexadecimal(digest.bytes))") }
    }

    /// All that stands there of one key, in xl's words.
    private mutating func add(_ key: SettingKey, _ domain: DomainDescription, _ lcm: LCM) {
        var words: (key: String, items: [String]) = ("", [])
        var numbers: [String] = []
        for setting in domain.settings.items(key) {
            switch setting {
            case .ioports(let range):
                let last = range.first + range.count - 1
                words = ("ioports", words.items + ["\(String(range.first, radix: 16))-\(String(last, radix: 16))"])
            case .iomem(let range):
                let frames = [range.host, range.count, range.guest].map { String($0, radix: 16) }
                words = ("iomem", words.items + ["\(frames[0]),\(frames[1])@\(frames[2])"])
            case .pci(let device): words = ("pci", words.items + [text(device.text.bytes)])
            case .disk(let disk):
                words = ("disk", words.items + [Self.words(disk)])
                if let device = disk.physicalDevice {
                    unsaid.append("\(text(disk.name)): physical-device \(text(device))")
                }
                if disk.isShared { unsaid.append("\(text(disk.name)): access w!, that others write it, too") }
            case .vif(let vif): words = ("vif", words.items + [text(vif.text.bytes)])
            case .weight(let weight): settings.append("cpu_weight = \(weight)")
            case .cap(let cap): settings.append("cap = \(cap)")
            case .label(let label): set("seclabel", label)
            case .cpupool(let name): addPool(name, lcm)
            case .hvmParam(let parameter): add(parameter, domain.mode)
            case .tscMode(let mode): settings.append("tsc_mode = \"\(Self.word(mode))\"")
            case .nodeAffinity(let nodes): unsaid.append("node affinity \(cpuList(nodes))")
            case .console(let server) where !server.isBootDomain:
                unsaid.append("a console served by \(text(server.name))")
            case .eventChannel(let channel):
                unsaid.append("event channel \(channel.port) that \(text(channel.remote.text.bytes)) may bind to")
            case .number(.rtdsPeriod, let period):
                let budget = domain.settings.rtds?.budget ?? 0
                unsaid.append("RTDS parameters: xl sched-rtds -d \(text(domain.name)) -p \(period) -b \(budget)")
            // Each in another place: below, with its neighbour, or where the domain is told.
            case .number(.rtdsBudget, _), .cpuidClear, .uuid, .memMax, .hardAffinity, .softAffinity, .enhanced,
                .console:
                break
            // DomB's word is xl's.
            case .number(_, let number): numbers.append("\(number)")
            }
        }
        list(words.key, words.items)
        let joined = numbers.joined(separator: ", ")
        if !numbers.isEmpty { settings.append("\(key.yaml) = \(key.schema.between == nil ? joined : "[ \(joined) ]")") }
        if key == .cpuidClear, domain.settings.has(key) {
            settings.append("cpuid = \"host\(domain.settings.clearedFeatures.map { ",\($0.name)=0" }.joined())\"")
        }
    }

    /// xl takes all behind `target=` for the target.
    private static func words(_ disk: VirtualDisk) -> String {
        let backend = disk.backend.isBootDomain ? "" : ",backend=\(text(disk.backend.name))"
        return "vdev=\(text(disk.name)),access=\(disk.isReadOnly ? "ro" : "rw")\(backend),target=\(text(disk.target))"
    }

    private static func word(_ mode: TSCMode) -> String {
        switch mode {
        case .standard: "default"
        case .alwaysEmulate: "always_emulate"
        case .neverEmulate: "native"
        }
    }

    private mutating func add(_ setting: HVMSetting, _ mode: DomainMode) {
        switch (setting.parameter, mode) {
        case (.timerMode, .pvh), (.timerMode, .hvm): settings.append("timer_mode = \(setting.value)")
        case (.timerAlignment, .hvm): settings.append("vpt_align = \(setting.value)")
        default: unsaid.append("HVM parameter \(setting.parameter.name) of \(setting.value)")
        }
    }

    /// By number: the name is the LCM's alone.
    private mutating func addPool(_ name: [UInt8], _ lcm: LCM) {
        guard let pool = lcm.settings.cpupool(named: name) else { return }
        settings.append("pool = \"\(pool.number)\"")
        unsaid.append(
            "making cpupool \(pool.number) (\(text(pool.name))): scheduler \(pool.scheduler.name), "
                + "cpus \(cpuList(pool.cpus))")
    }

    private mutating func addUnsaid(_ domain: DomainDescription, _ lcm: LCM) {
        unsaid.append("domid \(domain.domid.rawValue)")
        if !domain.roles.isEmpty { unsaid.append("roles \(domain.roles.names.joined(separator: ", "))") }
        let before = domain.dependencies.map { text(lcm.domains[$0].name) }
        if !before.isEmpty { unsaid.append("it waits for \(before.joined(separator: ", "))") }
        for other in domain.otherModules { unsaid.append("a module of kind \(other.kind.name)") }
        if let place = domain.logRegion {
            unsaid.append("the event log in \(place.byteCount) bytes at \(hexadecimal(place.address))")
        }
    }

    private mutating func set(_ key: String, _ value: [UInt8]) {
        guard let word = quoted(value) else {
            return unsaid.append("\(key): \(text(value)) (a character that its files cannot hold)")
        }
        settings.append("\(key) = \(word)")
    }

    private mutating func list(_ key: String, _ items: [String]) {
        guard !items.isEmpty else { return }
        let words = items.compactMap { quoted(Array($0.utf8)) }
        settings.append("\(key) = [ \(words.joined(separator: ", ")) ]")
    }

    /// In double quotes, with libxlu's own escapes (libxlu_cfg.c, xlu__cfgl_dequote): of the numeric ones its 4.20 makes
    /// nothing. `nil` where one would be needed.
    private func quoted(_ value: [UInt8]) -> String? {
        guard let string = String(validating: value, as: UTF8.self) else { return nil }
        var result = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value): return nil
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

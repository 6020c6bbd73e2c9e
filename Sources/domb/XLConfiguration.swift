// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// A domain of an LCM as xl's configuration file (xl.cfg(5), Xen 4.20): so that a toolstack's idea of the domain agrees with
/// the LCM. What xl has no word for stands in comments.
struct XLConfiguration {
    private var settings: [String] = []
    private var unsaid: [String] = []

    /// `images`: the files of the boot modules, by index.
    init(_ domain: DomainDescription, in module: LaunchControlModule, images: [UInt32: String]) {
        addIdentity(domain)
        addMemory(domain)
        addScheduling(domain, module)
        add(domain.kernel, "kernel", images)
        if let ramdisk = domain.ramdisk { add(ramdisk, "ramdisk", images) }
        if !domain.commandLine.isEmpty { set("cmdline", domain.commandLine) }
        addHardware(domain.extended)
        addBehaviour(domain.extended, domain.mode)
        addDevices(domain.extended)
        addUnsaid(domain, module)
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

    private mutating func addScheduling(_ domain: DomainDescription, _ module: LaunchControlModule) {
        addAffinity("cpus", domain.affinities.map { ($0.vcpu, $0.hard) }, vcpus: domain.vcpus)
        addAffinity("cpus_soft", domain.affinities.map { ($0.vcpu, $0.soft) }, vcpus: domain.vcpus)
        if let weight = domain.weight { settings.append("cpu_weight = \(weight)") }
        if let cap = domain.cap { settings.append("cap = \(cap)") }
        if let pool = domain.extended.cpupool.flatMap({ module.settings.cpupool(named: $0) }) {
            // By number: the name is the LCM's alone.
            settings.append("pool = \"\(pool.number)\"")
            unsaid.append(
                "making cpupool \(pool.number) (\(text(pool.name))): scheduler \(pool.scheduler.name), "
                    + "cpus \(cpuList(pool.cpus))")
        }
        if let rtds = domain.extended.rtds {
            unsaid.append(
                "RTDS parameters: xl sched-rtds -d \(text(domain.name)) -p \(rtds.period) -b \(rtds.budget)")
        }
        if let nodes = domain.extended.nodeAffinity { unsaid.append("node affinity \(cpuList(nodes))") }
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

    private mutating func add(_ image: ImageReference, _ key: String, _ images: [UInt32: String]) {
        if let file = image.moduleIndex.flatMap({ images[$0] }) {
            set(key, Array(file.utf8))
        } else {
            let index = image.moduleIndex.map { "boot module \($0)" } ?? "no module index"
            unsaid.append("\(key): \(index), whose file is not given (--image)")
        }
        if let digest = image.expectedDigest { unsaid.append("\(key) digest \(hexadecimal(digest.bytes))") }
    }

    private mutating func addHardware(_ extended: ExtendedConfiguration) {
        list(
            "ioports",
            extended.ports.map { String($0.first, radix: 16) + "-" + String($0.first + $0.count - 1, radix: 16) })
        list(
            "iomem",
            extended.memory.map {
                "\(String($0.host, radix: 16)),\(String($0.count, radix: 16))@\(String($0.guest, radix: 16))"
            })
        if !extended.interrupts.isEmpty {
            settings.append("irqs = [ \(extended.interrupts.map { "\($0)" }.joined(separator: ", ")) ]")
        }
        list("pci", extended.devices.map { text($0.text.bytes) })
    }

    private mutating func addBehaviour(_ extended: ExtendedConfiguration, _ mode: DomainMode) {
        switch extended.tscMode {
        case .standard: settings.append("tsc_mode = \"default\"")
        case .alwaysEmulate: settings.append("tsc_mode = \"always_emulate\"")
        case .neverEmulate: settings.append("tsc_mode = \"native\"")
        case nil: break
        }
        for setting in extended.parameters {
            switch (setting.parameter, mode) {
            case (.timerMode, .pvh), (.timerMode, .hvm): settings.append("timer_mode = \(setting.value)")
            case (.timerAlignment, .hvm): settings.append("vpt_align = \(setting.value)")
            default: unsaid.append("HVM parameter \(setting.parameter.name) of \(setting.value)")
            }
        }
        if !extended.clearedFeatures.isEmpty {
            let words = extended.clearedFeatures.map { ",\($0.name)=0" }.joined()
            settings.append("cpuid = \"host\(words)\"")
        }
        if let label = extended.label { set("seclabel", label) }
    }

    private mutating func addDevices(_ extended: ExtendedConfiguration) {
        list("disk", extended.disks.map { disk in disk.words(without: "physical-device") })
        list("vif", extended.interfaces.map { $0.words(without: nil) })
        for disk in extended.disks {
            if let device = disk.physicalDevice {
                unsaid.append("\(text(disk.name)): physical-device \(text(device))")
            }
        }
        if let console = extended.console, !console.isBootDomain {
            unsaid.append("a console served by \(text(console.name))")
        }
    }

    private mutating func addUnsaid(_ domain: DomainDescription, _ module: LaunchControlModule) {
        unsaid.append("domid \(domain.domid.rawValue)")
        if !domain.roles.isEmpty { unsaid.append("roles \(domain.roles.names.joined(separator: ", "))") }
        let before = domain.dependencies.map { text(module.domains[$0].name) }
        if !before.isEmpty { unsaid.append("it waits for \(before.joined(separator: ", "))") }
        for channel in domain.extended.channels {
            unsaid.append("event channel \(channel.port) that \(text(channel.remote.text.bytes)) may bind to")
        }
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

extension VirtualDisk {
    /// As xl-disk-configuration(5) has it, which knows every key but one.
    fileprivate func words(without key: String?) -> String { domb.words(text, without: key) }
}

extension VirtualInterface {
    fileprivate func words(without key: String?) -> String { domb.words(text, without: key) }
}

private func words(_ line: Line, without key: String?) -> String {
    text(line.bytes).split(separator: ",").filter { part in key.map { !part.hasPrefix($0 + "=") } ?? true }
        .joined(separator: ",")
}

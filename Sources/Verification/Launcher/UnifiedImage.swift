// SPDX-License-Identifier: Apache-2.0

import Platform

/// A PE image of Xen that has its configuration, kernel and ramdisk in sections: Xen reads no file then (Xen,
/// docs/misc/efi.pandoc, "Unified Xen kernel image"). The configuration is text: "[section]", "key=value" lines; `default=`
/// of the section global names the one that counts.
struct UnifiedImage {
    /// `options=`: Xen's command line.
    let xenCommandLine: [UInt8]
    /// What follows the file's name in `kernel=`: the boot domain's command line.
    let commandLine: [UInt8]

    /// `nil` where anything that the configuration names is in no section, and so is a file that nobody measures.
    init?(_ image: PortableExecutable) {
        guard let text = image.section(".config") else { return nil }
        let configuration = Configuration(text)
        guard let chosen = configuration.value("default", in: Line("global").bytes),
            let kernel = configuration.value("kernel", in: chosen)
        else { return nil }
        for (key, section) in [("ramdisk", ".ramdisk"), ("kernel", ".kernel")] as [(StaticString, StaticString)] {
            guard configuration.value(key, in: chosen) != nil, image.section(section) != nil else { return nil }
        }
        for (key, section) in [("xsm", ".xsm"), ("ucode", ".ucode")] as [(StaticString, StaticString)]
        where configuration.value(key, in: chosen) != nil {
            guard image.section(section) != nil else { return nil }
        }
        // A file of configuration that another one continues in.
        guard configuration.value("chain", in: Line("global").bytes) == nil else { return nil }
        xenCommandLine = configuration.value("options", in: chosen) ?? []
        commandLine = BootLoaderCommand.trimmed(kernel.drop { $0 != UInt8(ascii: " ") })
    }

    private struct Configuration {
        private var sections: [(name: [UInt8], lines: [(key: [UInt8], value: [UInt8])])] = []

        init(_ text: [UInt8]) {
            for line in text.prefix(while: { $0 != 0 }).split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
                let line = BootLoaderCommand.trimmed(line)
                if line.first == UInt8(ascii: "["), let end = line.firstIndex(of: UInt8(ascii: "]")) {
                    sections.append((name: [UInt8](line[1..<end]), lines: []))
                } else if let equals = line.firstIndex(of: UInt8(ascii: "=")), !sections.isEmpty {
                    let key = BootLoaderCommand.trimmed(line[..<equals])
                    let value = BootLoaderCommand.trimmed(line[(equals + 1)...])
                    sections[sections.count - 1].lines.append((key: key, value: value))
                }
            }
        }

        /// The first, which is the one that Xen takes.
        func value(_ key: StaticString, in section: [UInt8]) -> [UInt8]? {
            sections.first { $0.name == section }?.lines.first { $0.key == Line(key).bytes }?.value
        }
    }
}

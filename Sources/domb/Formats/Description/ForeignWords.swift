// SPDX-License-Identifier: Apache-2.0

/// The words of xl.cfg(5) and of Linux' boot loaders that people write into a description, and what DomB has for them.
enum ForeignWords {
    /// The first of DomB's keys that the section has is the answer.
    private static let keys: [(word: String, keys: [String])] = [
        ("maxmem", ["mem_max"]), ("max_memory", ["mem_max"]), ("memory_mb", ["memory"]),
        ("maxvcpus", ["vcpus"]), ("vcpu", ["vcpus"]), ("cpus", ["affinity", "vcpus"]), ("cpu", ["affinity", "vcpus"]),
        ("cpus_soft", ["affinity"]), ("cpu_weight", ["weight"]), ("pool", ["cpupool"]), ("nodes", ["node_affinity"]),
        ("extra", ["cmdline"]), ("root", ["cmdline"]), ("bootargs", ["cmdline"]), ("append", ["cmdline"]),
        ("args", ["cmdline"]), ("command_line", ["cmdline"]), ("ramdisk", ["initramfs"]),
        ("initrd", ["ramdisk", "initramfs"]),
        ("initramfs", ["ramdisk"]), ("image", ["kernel"]), ("disk", ["disks"]), ("vif", ["vifs"]), ("nic", ["vifs"]),
        ("network", ["vifs"]), ("type", ["mode"]), ("builder", ["mode"]), ("seclabel", ["label"]), ("irq", ["irqs"]),
        ("cpuid", ["cpuid_clear"]), ("timer_mode", ["hvm_params"]), ("vpt_align", ["hvm_params"]),
        ("serial", ["console"]),
        ("channel", ["event_channels"]), ("domain_id", ["domid"]), ("pcidevs", ["pci"]), ("after", ["depends_on"]),
    ]

    /// Nothing of that kind is DomB's.
    private static let others = [
        "acpi", "altp2m", "apic", "bios", "boot", "bootloader", "bootloader_args", "description", "device_model_args",
        "device_model_override", "device_model_version", "device_tree", "driver_domain", "dtdev", "event_channels_max",
        "firmware", "gfx_passthru", "gntdev", "grant_usage", "hap", "keymap", "localtime", "max_event_channels",
        "max_maptrack_frames", "nestedhvm", "nographic", "nomigrate", "on_crash", "on_poweroff",
        "on_reboot", "on_soft_reset", "on_watchdog", "p9", "pae", "passthrough", "pvcalls", "rdm", "rtc_timeoffset",
        "sdl",
        "shadow_memory", "smbios", "soundhw", "spice", "stdvga", "usb", "usbctrl", "usbdev", "vfb", "vga", "videoram",
        "viommu", "viridian", "vkb", "vnc", "vncdisplay", "vnclisten", "vnuma", "vsnd", "vtpm", "xen_platform_pci",
    ]

    /// Whether xl.cfg(5) has the key.
    static func isOfXL(_ key: String) -> Bool { others.contains(key) || keys.contains { $0.word == key } }

    /// " (here it is mem_max)", or nothing for a word that is nobody's.
    static func hint(for word: String, among known: [String]) -> String? {
        if let key = keys.first(where: { $0.word == word })?.keys.first(where: { known.contains($0) }) {
            return " (here it is \(key))"
        }
        return others.contains(word) ? " (xl's; DomB has nothing of that kind)" : nil
    }
}

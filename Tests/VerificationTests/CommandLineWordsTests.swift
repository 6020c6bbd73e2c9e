// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

@testable import Verification

/// What Xen's and the boot domain's command line may say.
@Suite struct CommandLineWordsTests {
    private func change(xen: String = "", bootDomain: String = "") -> String? {
        CommandLineWords.programChange(xen: Array(xen.utf8), bootDomain: Array(bootDomain.utf8)).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    @Test func aWordThatHasSomethingElseRunIsFound() {
        for word in [
            "rdinit=/bin/sh", "rdinit=/none", "rdinit=", "rdinit", "init=/evil", "root=/dev/sda1", "initrd=/x",
            "initrdmem=1,2",
            "acpi_rsdp=0x1000", "acpi-rsdp=0x1000", "kgdboc=ttyS0", "initcall_blacklist=x", "nfsroot=x", "bootconfig",
        ] {
            for line in [
                word, "quiet \(word)", "\(word) rdinit=/init", "a\t\(word)", "\"\(word)\"", "x=\"y z\" \(word)",
            ] {
                #expect(change(bootDomain: line) == word, "\(line)")
            }
        }
        for word in ["gdb=com1", "gdb", "--"] {
            #expect(change(xen: "console=com1 \(word) rdinit=/x") == word)
        }
        for line in ["console=hvc0 rdinit=/init panic=5 quiet", "", "rdinit=/init xinit=/x rooty=1 noinit", "gdb=1 --"]
        {
            #expect(change(bootDomain: line) == nil, "\(line)")
        }
        #expect(change(xen: "console=com1 dom0=pvh init=/x") == nil)
        // Linux ends a word where isspace() says so, and nowhere else.
        for byte in 1...0x20 as ClosedRange<UInt8> {
            let ends = (9...13).contains(byte) || byte == 0x20
            #expect((change(bootDomain: "a\(Unicode.Scalar(byte))init=/x") != nil) == ends, "\(byte)")
        }
    }

    /// Without a file or a prediction that has it, only a word of which it is known counts as harmless.
    @Test func whatIsNotKnownIsNotHarmless() {
        func isHarmless(_ word: String, _ isXen: Bool) -> Bool {
            CommandLineWords.isHarmless(Array(word.utf8), isXen: isXen)
        }
        for word in [
            "console=com1", "com1=115200,8n1,0x3f8", "loglvl=info", "noreboot=no", "dom0=pvh,pf-fixup",
            "dom0-iommu=none",
            "dom0_mem=384M", "hardware_dom=1", "flask=disabled", "placeholder", "no-real-mode", "edd=off",
        ] { #expect(isHarmless(word, true), "\(word)") }
        for port in ["0x3f8", "0x2f8", "0x3e8", "0x2e8", "0", "3", "4"] {
            for name in ["com1", "com2"] { #expect(isHarmless("\(name)=115200,8n1,\(port)", true), "\(port)") }
        }
        // What people give a kernel that is to be quiet, or to speak.
        for word in [
            "console=hvc0", "console=ttyS0,115200", "rdinit=/init", "panic=5", "quiet", "domb.pcr=12", "debug", "ro",
            "ignore_loglevel", "loglevel=3", "log_buf_len=1M", "log-buf-len=1M", "placeholder", "nomodeset",
            "earlyprintk=xen",
        ] { #expect(isHarmless(word, false), "\(word)") }
        for word in [
            "xsm=dummy", "iommu=off", "com1=115200,8n1,0xb2", "com1=115200,8n1,pci", "dom0=x", "quiet", "rdinit=/init",
            "x",
        ] { #expect(!isHarmless(word, true), "\(word)") }
        for word in [
            "rdinit=/x", "console=uart,mmio,0x1000", "earlycon=uart,mmio,0x1", "memmap=1M@2M",
            "sysctl.kernel.core_pattern=|/x",
            "iommu=off", "loglvl=all", "",
        ] { #expect(!isHarmless(word, false), "\(word)") }
    }
}

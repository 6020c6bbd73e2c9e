// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Testing

@testable import domb

/// `domb check --grub`: every module of an entry is one that the LCM wants, before, between and behind.
@Suite struct GrubModuleTests {
    /// A domain whose kernel is boot module `kernel`; then for each count of modules what is told of an entry with so many,
    /// whichever form the LCM has.
    private func check(kernel: Int, _ counts: ClosedRange<Int>, _ body: (Int, [String]) -> Void) throws {
        try Sandbox.run { sandbox in
            try TestLaunchFiles.writeImages(to: sandbox)
            try sandbox.write(
                "launch: {handoff: park}\nboot_domain: {kernel: boot.elf}\n"
                    + "domains: [{name: a, memory: 8M, kernel: {path: tiny.elf, index: \(kernel)}}]\n", to: "l.yaml")
            #expect(sandbox.failure(["compile", sandbox.path("l.yaml"), "-o", sandbox.path("l.dtb")])?.message == nil)
            for count in counts {
                let paths = (0..<count).map {
                    [0: "/boot/l.dtb", 1: "/boot/boot.elf", kernel: "/boot/tiny.elf"][$0] ?? "/m\($0)"
                }
                let loads = paths.enumerated().map { "module2 \($0.offset > 1 ? "--nounzip " : "")\($0.element)" }
                let lines = ["acpi /l1.aml", "multiboot2 /boot/xen.gz"] + loads
                try sandbox.write(lines.joined(separator: "\n") + "\n", to: "grub.cfg")
                for form in ["l.yaml", "l.dtb"] {
                    let failure = sandbox.failure(["check", sandbox.path(form), "--grub", sandbox.path("grub.cfg")])
                    body(
                        count,
                        (failure?.message ?? "").split(separator: "\n").map { line in
                            String(line).replacing("domb: ", with: "")
                                .replacing("\(sandbox.path("grub.cfg")): ", with: "")
                        })
                }
            }
        }
    }

    @Test(arguments: [2, 3, 5]) func aModuleThatTheLCMHasNotIsToldWhereverItStands(kernel: Int) throws {
        try check(kernel: kernel, (kernel + 1)...(kernel + 3)) { count, found in
            let unwanted = (2..<count).filter { $0 != kernel }
            #expect(
                found == unwanted.map { "module \($0): the LCM has none, the entry has /m\($0) (line \($0 + 3))" })
        }
    }

    @Test(arguments: [2, 4]) func aModuleThatIsMissingIsTold(kernel: Int) throws {
        try check(kernel: kernel, 2...kernel) { _, found in
            #expect(found.contains { $0.hasPrefix("module \(kernel): the LCM expects ") })
        }
    }
}

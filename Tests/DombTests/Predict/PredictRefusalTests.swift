// SPDX-License-Identifier: Apache-2.0

import Platform
import SimulatedPlatform
import Testing

@testable import domb

/// What `domb predict` refuses, and how.
@Suite struct PredictRefusalTests {
    private func failure(_ sandbox: Sandbox, _ more: String...) -> (code: Int32, message: String)? {
        sandbox.failure(
            ["predict", sandbox.path("lcm.dtb"), "--output", sandbox.path("out")] + sandbox.images + Sandbox.identity
                + more)
    }

    @Test func everyBitOfEveryImageCountsOrIsRefused() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            let bit = UInt8(1) << UInt8.random(in: 0..<8)
            // Its arguments take longer to parse than a launch to predict.
            let command = try sandbox.predictCommand()
            let golden = try command.prediction().values
            var refused = 0
            for name in ["a.elf", "b.elf", "c.cpio"] {
                let content = try sandbox.read(name)
                for place in content.indices {
                    var other = content
                    other[place] ^= bit
                    try sandbox.write(other, to: name)
                    do {
                        let values = try command.prediction().values
                        #expect(
                            zip(values, golden).allSatisfy { $0 != $1 }, "bit \(bit) of byte \(place) of \(name)")
                    } catch is CommandFailure {
                        // Most bits of an ELF header are no kernel's, and where the LCM says that another lies.
                        refused += 1
                        #expect(place < 64 + 2 * 56 + 20, "bit \(bit) of byte \(place) of \(name)")
                    }
                }
                try sandbox.write(content, to: name)
            }
            #expect(refused < 300)
            #expect(try sandbox.prediction().values == golden)
        }
    }

    @Test func aPVHKernelIsNoPVDomains() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            let source = try String(decoding: sandbox.read("launch.yaml"), as: UTF8.self)
            try sandbox.write(
                source.replacing("depends_on: hw", with: "depends_on: hw\n    mode: pv"), to: "launch.yaml")
            let arguments = ["compile", sandbox.path("launch.yaml"), "-o", sandbox.path("lcm.dtb")]
            #expect(
                sandbox.failure(arguments)?.message.hasSuffix(
                    "domains.app.kernel: b.elf: no 64-bit PV kernel: it has no note XEN_ELFNOTE_XEN_VERSION of xen-3.0")
                    == true)
        }
    }

    @Test func imagesOfTwoDomainsSwappedAreAnotherPCR() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            let golden = try sandbox.prediction().values
            let swapped = ["--image", "1=\(sandbox.path("b.elf"))", "--image", "2=\(sandbox.path("a.elf"))"]
            let values = try PredictCommand.parse(
                [sandbox.path("lcm.dtb"), "--image", "3=\(sandbox.path("c.cpio"))"] + swapped + Sandbox.identity
            ).prediction().values
            #expect(zip(values, golden).allSatisfy { $0 != $1 })
        }
    }

    @Test func imageThatTheLCMDoesNotExpectIsNamedWithBothDigests() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch(digest: "auto")
            #expect(failure(sandbox)?.message == nil)
            var kernel = Sandbox.kernel(2)
            let expected = hexadecimal(SwiftCryptoHash.digest(.sha256, of: kernel).bytes)
            kernel[kernel.count - 1] ^= 1
            let actual = hexadecimal(SwiftCryptoHash.digest(.sha256, of: kernel).bytes)
            try sandbox.write(kernel, to: "b.elf")
            let refused = try #require(failure(sandbox))
            #expect(refused.code == 1)
            for word in ["domain 2 (app)", "kernel", "boot module 2", expected, actual] {
                #expect(refused.message.contains(word), "\(refused.message)")
            }
            try sandbox.write(Sandbox.kernel(2), to: "b.elf")
            try sandbox.write([UInt8](repeating: 4, count: 50), to: "c.cpio")
            let ramdisk = try #require(failure(sandbox))
            #expect(ramdisk.code == 1)
            #expect(ramdisk.message.contains("its ramdisk, boot module 3,"))
        }
    }

    @Test func missingImageIsNamedByIndexAndPath() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            let run = ["predict", sandbox.path("lcm.dtb")] + Sandbox.identity
            let nowhere = try #require(sandbox.failure(run))
            #expect(nowhere.code == 66)
            #expect(nowhere.message.contains("boot module 1, the kernel of domain 1 (hw)"))
            let missing = try #require(sandbox.failure(run + ["--images", sandbox.folder]))
            #expect(missing.code == 66)
            #expect(missing.message.contains("boot module 1") && missing.message.contains(sandbox.path("1")))
        }
    }

    @Test func identityIsNeededAsAWhole() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            for index in stride(from: 0, to: Sandbox.identity.count, by: 2) {
                var options = Sandbox.identity
                options.removeSubrange(index...(index + 1))
                let run = ["predict", sandbox.path("lcm.dtb")] + sandbox.images + options
                #expect(sandbox.failure(run)?.code == 64, "\(Sandbox.identity[index])")
            }
            #expect(failure(sandbox, "--domb-init", sandbox.path("a.elf"))?.code == 64)
            #expect(failure(sandbox, "--format", "log", "--output", "-")?.code == 64)
            #expect(failure(sandbox, "--json", "--format", "keylime")?.code == 64)
            #expect(
                failure(sandbox, "--format", "tpm2-policy", "--bank", "sha1", "--bank", "sha256")?.code == 64)
            #expect(failure(sandbox, "--image", "1=\(sandbox.path("b.elf"))")?.code == 64)
        }
    }

    /// The same texts as `domb plan` and the boot domain's console have.
    @Test func refusalsOfThePlanEndWithOne() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            let pinned = "domb.lcm=sha256:" + String(repeating: "0", count: 64)
            let other = failure(sandbox)
            #expect(other == nil)
            let run = ["predict", sandbox.path("lcm.dtb")] + sandbox.images
            var options = Sandbox.identity
            options[3] = pinned
            let refused = try #require(sandbox.failure(run + options))
            #expect(refused.code == 1)
            let plan = try #require(sandbox.failure(["plan", sandbox.path("lcm.dtb"), "--arguments", pinned]))
            #expect(refused.message == plan.message)
            options[3] = "domb.tpm=maybe"
            #expect(sandbox.failure(run + options)?.code == 1)
            // hardware_dom= is the builder's to compare.
            options = Sandbox.identity
            options[9] = "dom0=pvh"
            let builder = try #require(sandbox.failure(run + options))
            #expect(builder.code == 1)
            #expect(builder.message.contains("domain 1 (hw): the hardware role needs"))
        }
    }

    @Test func handoffToAnotherInitNeedsIt() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch(launch: "{handoff: exec, handoff_target: /next}")
            #expect(failure(sandbox)?.code == 66)
            // Sandbox's command line allows no next init.
            let refused = try #require(failure(sandbox, "--next-init", sandbox.path("a.elf")))
            #expect(
                refused.message.hasSuffix("the next init is to be /next, and the command line allows none (domb.exec=)")
            )
            let allowed = ["--command-line", "domb.exec=/next", "--next-init"]
            let one = try sandbox.prediction(allowed + [sandbox.path("a.elf")]).values
            let two = try sandbox.prediction(allowed + [sandbox.path("b.elf")]).values
            #expect(zip(one, two).allSatisfy { $0 != $1 })
            try sandbox.writeLaunch()
            #expect(failure(sandbox, "--next-init", sandbox.path("a.elf"))?.code == 1)
        }
    }

    @Test func kernelWithoutAPVHEntryIsRefused() throws {
        try Sandbox.run { sandbox in
            try sandbox.writeLaunch()
            try sandbox.write(
                TestELF(programs: [TestELF.Program(address: 0x10_0000, content: [1, 2, 3])]).bytes, to: "a.elf")
            let refused = try #require(failure(sandbox))
            #expect(refused.code == 1)
            #expect(refused.message.contains("XEN_ELFNOTE_PHYS32_ENTRY"))
        }
    }
}

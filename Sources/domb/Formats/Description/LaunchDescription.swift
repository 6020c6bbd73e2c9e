// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// A launch as people describe it: docs/lcm-yaml.md. Images are files here, and names stand where an LCM has numbers.
struct LaunchDescription {
    /// Who builds the domains.
    enum Builder: String, CaseIterable {
        /// A Xen with Hyperlaunch, from boot modules: as its design document says, or as those that there were read a
        /// tree. Module 0 is the LCM itself.
        case xen
        case xen2024 = "xen-2024"
        case xen2025 = "xen-2025"
        /// domb-construct, from the initramfs: /images/N is module N.
        case construct

        var dialect: TreeDialect { TreeDialect(rawValue: rawValue) ?? .document }
        /// Whether boot modules are the hypervisor's own.
        var isHypervisor: Bool { self != .construct }
    }

    enum ExpectedDigest: Equatable {
        case auto
        case none
        case given(Digest)
    }

    /// An image before anybody has looked at it.
    struct Image {
        let place: DescriptionValue
        var path: String?
        /// As given; `nil` leaves it to the order.
        var index: UInt32?
        var digest: ExpectedDigest
        /// What a description without the file itself gives.
        var segments: [Segment] = []
        var byteCount: UInt64?
    }

    struct Domain {
        let place: DescriptionSection
        /// All but images, domid and dependencies.
        var description: DomainDescription
        var domid: DomainID?
        var kernel: Image
        var ramdisk: Image?
        var dependsOn: [(name: [UInt8], place: DescriptionValue)]
    }

    struct Boot {
        /// `nil` where it is nobody's to name.
        var kernel: Image?
        var initramfs: Image?
        var commandLine: [UInt8]
        var memory: UInt64?
        var vcpus: UInt32
        var mode: DomainMode
        /// In place of the one that is named: its path as it is.
        var builtInitramfs: String?
    }

    struct Xen {
        var path = "xen.gz"
        var options = ""
    }

    struct Grub {
        var title = "Xen with DomB"
        /// Where GRUB finds files whose path is not absolute.
        var folder = "/boot"
        /// Path and start of the ACPI tables' names, as `domb table --output` takes it.
        var tables: String?
        /// The LCM as module 0.
        var lcm: String?
    }

    var file: String
    var settings: LaunchSettings
    var builder = Builder.xen
    var xen = Xen()
    var grub = Grub()
    var boot: Boot?
    var domains: [Domain] = []
    /// Those besides the domains', by their keys: for whoever asks where a value stands.
    var sections: [String: DescriptionSection] = [:]
    var domainsLine = 1
    let problems: DescriptionProblems

    /// Of the LCM's ACPI tables: what a PVH boot domain of a Xen before 4.20 gets.
    var tableSignature: String { builder == .xen2024 && boot?.mode == .pvh ? "MSDM" : "OEM1" }
}

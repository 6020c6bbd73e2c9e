// SPDX-License-Identifier: Apache-2.0

/// The releases of Xen that DomB knows, and everything in which they differ for it. Nothing else compares versions: PID 1,
/// the construct stage and the prediction ask here. docs/xen-versions.md says which of it was seen and which was read.
public enum XenRelease: UInt16, CaseIterable, Comparable, Sendable {
    case xen417 = 17
    case xen418 = 18
    case xen419 = 19
    case xen420 = 20
    case xen421 = 21
    case xen422 = 22

    /// The release of a version as Xen prints it: "4.20.4-pre", or "4.20" alone. `nil` for a release that is not known, and
    /// for a development tree ("4.21-unstable"), whose structures nobody has compared.
    public init?(version: [UInt8]) {
        let known = Self.allCases.first { release in
            let name = release.name.bytes
            guard version.starts(with: name) else { return false }
            return version.count == name.count || version[name.count] == UInt8(ascii: ".")
        }
        guard let known else { return nil }
        self = known
    }

    /// "4.20".
    public var name: Line { "4.\(rawValue)" }

    /// XEN_DOMCTL_INTERFACE_VERSION.
    public var domctl: UInt32 {
        switch self {
        case .xen417: 0x15
        case .xen418: 0x16
        case .xen419, .xen420, .xen421: 0x17
        case .xen422: 0x18
        }
    }

    /// XEN_SYSCTL_INTERFACE_VERSION.
    public var sysctl: UInt32 {
        switch self {
        case .xen417, .xen418, .xen419, .xen420: 0x15
        case .xen421, .xen422: 0x16
        }
    }

    /// Whether everything that DomB and its libraries send to this release, and read from it, is laid out as in Xen 4.20;
    /// rig/tests/test_layouts.py compares the headers. 4.17 and 4.18 have another createdomain; 4.19 lacks gsi_permission,
    /// which it refuses by itself.
    public var hasComparedLayouts: Bool {
        switch self {
        case .xen417, .xen418: false
        case .xen419, .xen420, .xen421, .xen422: true
        }
    }

    /// Whether its libxenguest marks the console ring of a new domain as one that nobody serves: XENCONSOLE_DISCONNECTED
    /// (xen/public/io/console.h; Xen's commit 971b7d5ecb).
    public var marksConsole: Bool { self >= .xen421 }

    /// Whether it gives back the FPU of a vcpu that never ran as a processor has it after its reset, where others give
    /// zeros (hvm_save_cpu_ctxt; Xen's commit 4b9851c645).
    public var initialisesFPU: Bool { self >= .xen422 }

    public static func < (left: XenRelease, right: XenRelease) -> Bool { left.rawValue < right.rawValue }
}

/// By what Xen and a program understand each other: the version, and the numbers that Xen compares before it looks at a
/// domctl or a sysctl.
public struct XenInterface: Equatable, Sendable {
    /// The first number of Xen's version: 4.
    public let major: UInt16
    /// The second, which tells releases apart.
    public let minor: UInt16
    /// XEN_DOMCTL_INTERFACE_VERSION; 0 where Xen takes none, so that it must be a policy that refuses.
    public let domctl: UInt32
    /// XEN_SYSCTL_INTERFACE_VERSION; likewise.
    public let sysctl: UInt32

    /// `version` is XENVER_version's: major << 16 | minor.
    public init(version: UInt32, domctl: UInt32, sysctl: UInt32) {
        major = UInt16(truncatingIfNeeded: version >> 16)
        minor = UInt16(truncatingIfNeeded: version)
        self.domctl = domctl
        self.sysctl = sysctl
    }

    /// A release's.
    public init(_ release: XenRelease) {
        self.init(version: 4 << 16 | UInt32(release.rawValue), domctl: release.domctl, sysctl: release.sysctl)
    }

    /// "4.20".
    public var version: Line { "\(major).\(minor)" }

    /// The release whose version and numbers these are.
    public var release: XenRelease? {
        guard major == 4, let release = XenRelease(rawValue: minor) else { return nil }
        return release.domctl == domctl && release.sysctl == sysctl ? release : nil
    }

    /// Whether a program that was built for this Xen can speak to the one that runs, by that one's numbers: it is the same,
    /// or both are releases whose structures were compared. Anything else, however near, is not known to have them.
    public func serves(_ running: XenInterface) -> Bool {
        if running == self { return true }
        guard let ours = release, let theirs = running.release else { return false }
        return ours.hasComparedLayouts && theirs.hasComparedLayouts
    }
}

/// Xen is not one that the program was built for.
public struct OtherXen: Error, Equatable, Sendable {
    /// Who says so.
    public enum Program: Word, Sendable {
        case initial = "domb-init"
        case command = "domb-launch"
        case construct = "domb-construct"
    }

    /// What Xen says of itself, as far as it was asked.
    public let version: [UInt8]
    /// What was found of it.
    public let running: XenInterface
    /// What the program's libraries are of.
    public let built: XenInterface
    /// The program.
    public let program: Program

    public init(version: [UInt8], running: XenInterface, built: XenInterface, program: Program) {
        self.version = version
        self.running = running
        self.built = built
        self.program = program
    }

    /// "Xen 4.23.0 (domctl 0x18, sysctl 0x17); this domb-init was built for 4.20 (0x17, 0x15)".
    public var message: Line {
        """
        Xen \(escaped: version) (domctl \(Self.number(running.domctl)), sysctl \(Self.number(running.sysctl))); this \
        \(program.name) was built for \(built.version) (\(hex: built.domctl), \(hex: built.sysctl))
        """
    }

    private static func number(_ number: UInt32) -> Line {
        number == 0 ? "forbidden whatever its number" : "\(hex: number)"
    }
}

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

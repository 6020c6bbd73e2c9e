// SPDX-License-Identifier: Apache-2.0

/// A hypercall, a libxenctrl function around it, or a request to xenstore failed.
public struct HypercallError: Error, Equatable, Sendable {
    /// What failed.
    public let operation: Operation
    /// The domain it was for; `nil` where it was for the host.
    public let domid: DomainID?
    /// The positive errno value.
    public let code: Int32

    public init(_ operation: Operation, _ domid: DomainID? = nil, code: Int32) {
        self.operation = operation
        self.domid = domid
        self.code = code
    }
}

/// A Linux call that PID 1 makes for itself failed.
public struct SystemError: Error, Equatable, Sendable {
    /// What was asked of Linux.
    public enum Call: Word, Sendable {
        case mount = "mount"
        case openModule = "open of a kernel module"
        case loadModule = "finit_module"
        case readTable = "reading the ACPI tables"
        case readCommandLine = "reading /proc/cmdline"
        case readProcesses = "reading /proc"
        case processNamespace = "PID 1 of a PID namespace that is not the first, where others cannot be seen"
        case openTarget = "open of a program"
        case readTarget = "read of a program"
        case openPrivcmd = "xc_interface_open"
        case execute = "execveat"
        case openConsole = "open of /dev/console"
        case startXenstored = "waiting for xenstored"
        case makeXenstoredRoot = "making xenstored's own root folder"
        case xenstoredForbidden = "xenstored was ended for a Linux call that it may not make:"
        case checkXenstore = "another SHA-256 than the LCM's domb,xenstored:"
        case confine = "confining PID 1"
        case split = "a process of its own for the launch"
        case handOver = "the launch's report to PID 1"
        case openModuleFile = "reading the LCM"
        case createFile = "making a new file"
        case removeImage = "removing the images"
    }

    /// What failed.
    public let call: Call
    /// The positive errno value.
    public let code: Int32
    /// The path concerned, empty where there is none.
    public let path: [UInt8]

    public init(_ call: Call, code: Int32, path: [UInt8] = []) {
        self.call = call
        self.code = code
        self.path = path
    }
}

extension HypercallError {
    /// "xc_domain_unpause: EINVAL (22)".
    public var message: Line {
        let line: Line = "\(operation.name): \(Line(errno: code))"
        guard operation.isOfXenstore else { return line }
        // What libxenstore says of a connection that has ended, and of one on which nothing comes.
        switch code {
        case 9, 32, 104, 111: return "\(line): xenstored is gone"
        case 110: return "\(line): xenstored does not answer"
        default: return line
        }
    }
}

extension TPMError {
    /// "TPM2_PCR_Extend: TPM_RC_LOCALITY (0x907)".
    public var message: Line {
        guard let name = Self.responseName(responseCode) else {
            return "\(operation.name): TSS2_RC \(hex: responseCode)"
        }
        return "\(operation.name): \(name) (\(hex: responseCode))"
    }

    /// TPM 2.0 Library, part 2, 6.6.3, and tss2_common.h for the layers below.
    private static func responseName(_ code: UInt32) -> StaticString? {
        switch code {
        case 0x100: "TPM_RC_INITIALIZE"
        case 0x101: "TPM_RC_FAILURE"
        case 0x907: "TPM_RC_LOCALITY"
        case 0x908: "TPM_RC_YIELDED"
        case 0x909: "TPM_RC_CANCELED"
        case 0x90A: "TPM_RC_TESTING"
        case 0x920: "TPM_RC_NV_RATE"
        case 0x921: "TPM_RC_LOCKOUT"
        case 0x922: "TPM_RC_RETRY"
        case 0xA000A: "TSS2_TCTI_RC_IO_ERROR"
        case 0xA0008: "TSS2_TCTI_RC_NO_CONNECTION"
        default: nil
        }
    }
}

extension SystemError {
    /// "finit_module: /lib/domb/modules/10-xen-privcmd.ko: ENOEXEC (8)".
    public var message: Line {
        path.isEmpty ? "\(call.name): \(Line(errno: code))" : "\(call.name): \(escaped: path): \(Line(errno: code))"
    }
}

extension Line {
    /// The name and the number, as in `EPERM (1)`.
    public init(errno code: Int32) { self = "\(Self.errnoName(code)) (\(code))" }

    /// The names that Xen, privcmd and the kernel's file calls give (asm-generic/errno-base.h and errno.h).
    private static func errnoName(_ code: Int32) -> StaticString {
        switch code {
        case 1: "EPERM"
        case 2: "ENOENT"
        case 3: "ESRCH"
        case 4: "EINTR"
        case 5: "EIO"
        case 6: "ENXIO"
        case 7: "E2BIG"
        case 8: "ENOEXEC"
        case 9: "EBADF"
        case 10: "ECHILD"
        case 11: "EAGAIN"
        case 12: "ENOMEM"
        case 13: "EACCES"
        case 14: "EFAULT"
        case 16: "EBUSY"
        case 17: "EEXIST"
        case 19: "ENODEV"
        case 20: "ENOTDIR"
        case 21: "EISDIR"
        case 22: "EINVAL"
        case 24: "EMFILE"
        case 27: "EFBIG"
        case 28: "ENOSPC"
        case 34: "ERANGE"
        case 36: "ENAMETOOLONG"
        case 38: "ENOSYS"
        case 40: "ELOOP"
        case 61: "ENODATA"
        case 74: "EBADMSG"
        case 75: "EOVERFLOW"
        case 95: "EOPNOTSUPP"
        case 98: "EADDRINUSE"
        case 99: "EADDRNOTAVAIL"
        case 105: "ENOBUFS"
        case 110: "ETIMEDOUT"
        case 111: "ECONNREFUSED"
        default: "errno"
        }
    }
}

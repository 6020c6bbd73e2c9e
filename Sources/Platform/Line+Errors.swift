// SPDX-License-Identifier: Apache-2.0

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

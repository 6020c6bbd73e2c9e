// SPDX-License-Identifier: Apache-2.0

extension Line {
    /// "xc_domain_unpause: EINVAL (22)".
    public mutating func append(_ error: HypercallError) {
        append(error.operation.name)
        append(": ")
        append(errno: error.code)
    }

    /// "TPM2_PCR_Extend: TPM_RC_LOCALITY (0x907)".
    public mutating func append(_ error: TPMError) {
        append(error.operation.name)
        append(": ")
        if let name = Self.responseName(error.responseCode) {
            append(name)
            append(" (")
            append(hex: UInt64(error.responseCode))
            append(")")
        } else {
            append("TSS2_RC ")
            append(hex: UInt64(error.responseCode))
        }
    }

    /// "finit_module: /lib/domb/modules/10-xen-privcmd.ko: ENOEXEC (8)".
    public mutating func append(_ error: SystemError) {
        append(error.call.name)
        append(": ")
        if !error.path.isEmpty {
            append(escaped: error.path)
            append(": ")
        }
        append(errno: error.code)
    }

    /// The name and the number, as in `EPERM (1)`.
    public mutating func append(errno code: Int32) {
        append(Self.errnoName(code))
        append(" (")
        append(decimal: Int64(code))
        append(")")
    }

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

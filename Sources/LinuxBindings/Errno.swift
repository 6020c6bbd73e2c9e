// SPDX-License-Identifier: Apache-2.0

import CLinuxShim

/// A positive errno value.
public struct Errno: Error, Equatable, Sendable {
    /// Linux's number, above zero.
    public let code: Int32
    /// EFBIG
    public static let tooLarge = Errno(27)
    /// EINVAL
    public static let invalid = Errno(22)
    /// ENOENT
    public static let noEntry = Errno(2)
    /// ESRCH
    public static let noProcess = Errno(3)
    /// EPERM
    public static let notPermitted = Errno(1)
    /// ENOSYS
    public static let noSystemCall = Errno(38)

    /// EBUSY
    static let busy = Errno(16)
    /// EEXIST
    static let exists = Errno(17)

    public init(_ code: Int32) { self.code = code }

    /// The result of a C function; throws errno where it is negative. Nothing that happens between the call and this changes
    /// errno: at most an array is freed, and the C library's `free` keeps it.
    @discardableResult
    public static func check<Number: SignedInteger>(_ result: Number) throws(Errno) -> Number {
        guard result >= 0 else { throw Errno(domb_last_error()) }
        return result
    }
}

// SPDX-License-Identifier: Apache-2.0

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

    public init(_ code: Int32) { self.code = code }
}

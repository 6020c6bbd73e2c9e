// SPDX-License-Identifier: Apache-2.0

/// A positive errno value.
public struct Errno: Error, Equatable, Sendable {
    public let code: Int32
    public static let tooLarge = Errno(27)
    public static let invalid = Errno(22)
    public static let noEntry = Errno(2)
    public static let noProcess = Errno(3)
    public static let notPermitted = Errno(1)
    public static let noSystemCall = Errno(38)

    public init(_ code: Int32) { self.code = code }
}

// SPDX-License-Identifier: Apache-2.0

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

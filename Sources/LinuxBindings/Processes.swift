// SPDX-License-Identifier: Apache-2.0

import CLinuxShim
import Platform

/// What else has a foot in this domain.
public enum Processes {
    /// PF_KTHREAD (Linux, include/linux/sched.h): a thread of the kernel, not of a program.
    private static let kernelThread: UInt64 = 0x0020_0000

    /// Whether this program is PID 1: the boot domain's init.
    public static var isInit: Bool { getpid() == 1 }

    /// What this program was started with, its name first: Embedded Swift is not given it.
    public static func arguments() throws(SystemError) -> [[UInt8]] {
        do throws(Errno) {
            let bytes = try OpenFile(CPath("/proc/self/cmdline")).readAll(limit: 65536)
            return bytes.dropLast().split(separator: 0, omittingEmptySubsequences: false).map { [UInt8]($0) }
        } catch {
            throw SystemError(.readProcesses, code: error.code)
        }
    }

    /// The process ids of every user process but the caller.
    public static func others() throws(SystemError) -> [UInt32] {
        do throws(Errno) {
            var found: [UInt32] = []
            for name in try Folder.names(in: CPath("/proc"), .folders) {
                guard let id = Decimal.parse(name[...]), id != UInt64(getpid()) else { continue }
                guard let path = CPath(CPath("/proc/").bytes + name + CPath("/stat").bytes) else { continue }
                if try isUserProcess(path) { found.append(UInt32(truncatingIfNeeded: id)) }
            }
            return found
        } catch {
            throw SystemError(.readProcesses, code: error.code)
        }
    }

    /// Takes the process that runs the program with this SHA-256 out of others; false where there is none. One whose
    /// program cannot be read is another.
    public static func take<Hash: ContentHash>(_ program: Digest?, from others: inout [UInt32], _: Hash.Type) -> Bool {
        guard let program else { return false }
        for (index, process) in others.enumerated() {
            let path: Line = "/proc/\(process)/exe"
            do throws(SystemError) {
                guard try ProgramFile(path: path.bytes).digest(Hash.self).digest == program else { continue }
                others.remove(at: index)
                return true
            } catch {
                continue
            }
        }
        return false
    }

    /// A process that ends while it is looked at is none.
    private static func isUserProcess(_ stat: CPath) throws(Errno) -> Bool {
        let text: [UInt8]
        do throws(Errno) {
            text = try OpenFile(stat).readAll(limit: 4096)
        } catch {
            if error == .noEntry || error == .noProcess { return false }
            throw error
        }
        // The name, in brackets, may hold anything: the fields start after the last bracket. Flags are field 9.
        guard let end = text.lastIndex(of: UInt8(ascii: ")")) else { throw .invalid }
        let fields = text[(end + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 6, let flags = Decimal.parse(fields[6]) else { throw .invalid }
        guard flags & kernelThread == 0 else { return false }
        guard fields[0].first == UInt8(ascii: "Z") else { return true }
        // Its first thread has ended; the others may run on, and the process with them.
        guard let tasks = CPath([UInt8](stat.bytes.dropLast(4)) + CPath("task").bytes) else { throw .invalid }
        do throws(Errno) {
            return try Folder.names(in: tasks, .folders).count > 1
        } catch {
            if error == .noEntry || error == .noProcess { return false }
            throw error
        }
    }

    /// PROC_PID_INIT_INO (Linux, include/linux/proc_ns.h).
    private static let firstNamespace: UInt = 0xEFFF_FFFC

    /// Whether this is the system's own PID namespace: in another one /proc shows its processes alone.
    public static func areAllVisible() throws(SystemError) -> Bool {
        var status = stat()
        let path = CPath("/proc/self/ns/pid")
        // Safety: the structure is ours; the path ends in zero, and both live through the call.
        guard unsafe fstatat(AT_FDCWD, path.characters, &status, 0) == 0 else {
            // A kernel without PID namespaces has no such file.
            guard domb_last_error() == 2 else { throw SystemError(.readProcesses, code: domb_last_error()) }
            return true
        }
        return UInt(status.st_ino) == firstNamespace
    }

    /// Descriptors above the console's three that were open when this program started.
    public static func inheritedDescriptors() throws(SystemError) -> [UInt32] {
        do throws(Errno) {
            var found: [UInt32] = []
            for name in try Folder.names(in: CPath("/proc/self/fd"), .links) {
                // The listing itself holds one descriptor, which is gone by now.
                guard let number = Decimal.parse(name[...]), number > 2, isOpen(Int32(truncatingIfNeeded: number))
                else { continue }
                found.append(UInt32(truncatingIfNeeded: number))
            }
            return found
        } catch {
            throw SystemError(.readProcesses, code: error.code)
        }
    }

    private static func isOpen(_ descriptor: Int32) -> Bool {
        var status = stat()
        // Safety: the structure is ours and lives through the call.
        return unsafe fstat(descriptor, &status) == 0
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import LinuxBindings
import Platform
import SimulatedPlatform
import Testing

/// Who else is here, and what else is open.
@Suite struct ProcessTests {
    private func start(_ arguments: String...) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardInput = Pipe()
        try process.run()
        return process
    }

    /// A test's thread blocks the other signals, and what it starts inherits that: SIGTERM would wait for the whole minute.
    private func end(_ process: Process) {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    @Test func everyOtherUserProcessIsFoundAndNotTheCaller() throws {
        #expect(!Processes.isInit)
        let process = try start("sleep", "60")
        defer {
            end(process)
        }
        let id = UInt32(process.processIdentifier)
        let others = try Processes.others()
        #expect(others.contains(id) && others.contains(1))
        #expect(!others.contains(UInt32(getpid())))
        #expect(Set(others).count == others.count)
    }

    /// The one that runs the named program is taken out, and no other; without a name nobody is.
    @Test func onlyTheNamedProgramIsTakenOut() throws {
        let process = try start("sleep", "60")
        defer {
            end(process)
        }
        let id = UInt32(process.processIdentifier)
        let path = "/proc/\(id)/exe"
        // env has become sleep by now, or will at once.
        for _ in 0..<200 where try FileManager.default.destinationOfSymbolicLink(atPath: path).hasSuffix("/env") {
            usleep(10_000)
        }
        let digest = try ProgramFile(path: Array(path.utf8)).digest(SwiftCryptoHash.self).digest
        let own = UInt32(getpid())
        for (program, expected) in [
            (digest, [own, 999_999_999]), (SwiftCryptoHash.digest(.sha256, of: [1]), nil), (nil, nil),
        ] as [(Digest?, [UInt32]?)] {
            var others = [own, id, 999_999_999]
            #expect(Processes.take(program, from: &others, SwiftCryptoHash.self) == (expected != nil))
            #expect(others == expected ?? [own, id, 999_999_999])
        }
    }

    @Test func anOpenDescriptorIsFoundAndAClosedOneIsNot() throws {
        let descriptor = try #require([open("/dev/null", O_RDONLY)].first { $0 > 2 })
        // A number that no other test's files will have.
        let high = fcntl(descriptor, F_DUPFD, 900)
        close(descriptor)
        #expect(high >= 900)
        #expect(try Processes.inheritedDescriptors().contains(UInt32(high)))
        close(high)
        let found = try Processes.inheritedDescriptors()
        #expect(!found.contains(UInt32(high)) && !found.contains { $0 <= 2 })
    }

    @Test func theLargestResidentSetIsTold() throws {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        let before = try #require(UInt64(line.filter { $0.isNumber }))
        #expect(PowerControl.peakMemory() >= before && before > 1000)
    }
}

// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc

/// Where the boot modules lie that an LCM names by index.
struct BootModuleFiles: ParsableArguments {
    /// "3=vmlinux".
    struct Assignment: ExpressibleByArgument {
        let index: UInt32
        let path: String

        init?(argument: String) {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let index = UInt32(parts[0]), !parts[1].isEmpty else { return nil }
            self.index = index
            path = String(parts[1])
        }
    }

    @Option(help: "The folder of the boot modules: DIR/N is the one with index N.", completion: .directory)
    var images: String?
    @Option(help: "One boot module, N=FILE, in place of DIR/N; may be repeated.")
    var image: [Assignment] = []

    func validate() throws {
        var seen: Set<UInt32> = []
        for assignment in image where !seen.insert(assignment.index).inserted {
            throw ValidationError("--image \(assignment.index)=: twice")
        }
    }

    /// The file of one boot module, which must be there.
    func path(of index: UInt32, for what: String) throws(CommandFailure) -> String {
        let given = image.first { $0.index == index }?.path ?? images.map { "\($0)/\(index)" }
        guard let given else {
            throw .noInput("boot module \(index), \(what): neither --images nor --image \(index)= says where it is")
        }
        guard unsafe access(given, R_OK) == 0 else {
            throw .noInput("boot module \(index), \(what): \(given): cannot open: \(HostFile.errorText(errno))")
        }
        return given
    }
}

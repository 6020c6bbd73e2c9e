// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Platform
import SimulatedPlatform

/// One side of a comparison: an event log or an LCM, in any form that people have them in.
struct DiffInput {
    enum Content {
        case log(LogInput)
        /// With the LCM's own size and digest where it is compiled: what a .dts or a description is compiled to depends on
        /// more than the file.
        case lcm(LCM, compiled: LaunchStatement.Module?)
    }

    let path: String
    let content: Content

    var log: LogInput? { if case .log(let log) = content { log } else { nil } }

    func statement(besideLog: Bool) -> LaunchStatement {
        switch content {
        case .log(let log): LaunchStatement(log.reader, outcome: log.replay.outcome)
        case .lcm(let lcm, let compiled): LaunchStatement(lcm, compiled: compiled, besideLog: besideLog)
        }
    }

    /// What it is.
    var words: String {
        guard case .log(let log) = content else { return "an LCM" }
        switch log.replay.outcome {
        case .closed: return "the log of a launch that was measured whole"
        case .unmeasured: return "the log of a launch without a TPM"
        case .failed: return "the log of a launch that failed"
        case .open: return "a log without a cap: the launch did not come to its end, or the log is not whole"
        }
    }
}

extension DiffInput {
    init(reading path: String, images: String?, includes: [String]) throws(CommandFailure) {
        let content: Content
        let bytes = try HostFile.read(path, limit: LogInput.limit)
        let input = LaunchInput(bytes, from: path)
        switch input.format {
        case .tree, .xlcm:
            let file = try LaunchControlFile(path, bytes)
            content = .lcm(
                file.lcm,
                compiled: LaunchStatement.Module(byteCount: UInt64(file.byteCount), digest: file.digest))
        // The name decides where there is one.
        case .unknown where LogInput.holdsLog(bytes), _ where path == "-" && LogInput.holdsLog(bytes):
            content = .log(try LogInput(bytes, from: path))
        case .source:
            let blob = try DeviceTreeCompiler(includes: includes).compile(path, bytes)
            content = .lcm(try LaunchControlFile(path, blob).lcm, compiled: nil)
        case .description:
            let description = try LaunchDescription(parsing: bytes, from: path)
            var folder = ImageFolder(root: images, besides: path)
            content = .lcm(try description.launch(try description.modules(), &folder).lcm, compiled: nil)
        case .unknown:
            throw .malformed(
                "\(path): neither an event log nor a console capture with one, neither a device tree blob nor an xLCM, "
                    + "and its name ends in neither .dts nor .yaml")
        }
        self.init(path: path, content: content)
    }
}

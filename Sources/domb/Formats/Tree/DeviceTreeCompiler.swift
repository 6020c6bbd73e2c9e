// SPDX-License-Identifier: Apache-2.0

import LaunchControl

/// dtc, the device tree compiler that everybody has: a .dts has includes, labels, expressions and overlays, and one reader
/// of all that is enough.
struct DeviceTreeCompiler {
    /// Folders that `/include/` looks into after the file's own.
    var includes: [String] = []

    /// Compiles a file, or standard input for "-", whose text is `source`.
    func compile(_ path: String, _ source: [UInt8]) throws(CommandFailure) -> [UInt8] {
        var arguments = ["dtc", "-I", "dts", "-O", "dtb", "-o", "-"]
        if let cpu = Self.bootCPU(of: source) { arguments += ["-b", cpu] }
        for folder in includes { arguments += ["-i", folder] }
        do throws(CommandFailure) {
            // A path that starts with a dash would be an option.
            arguments.append(path == "-" || path.hasPrefix("/") ? path : "./\(path)")
            return try Filter.run(arguments, on: source[...], limit: Limits.moduleBytes, to: .compile)
        } catch {
            // dtc's own parser gives up there ("memory exhausted").
            let hint =
                source.count > 500_000
                ? "; dtc takes at most about 9,000 nodes side by side: describe more domains in YAML" : ""
            throw CommandFailure(exitCode: error.exitCode, message: "\(path): \(error.message)\(hint)")
        }
    }

    /// What `domb decompile` noted.
    private static func bootCPU(of source: [UInt8]) -> String? {
        let text = String(decoding: source.prefix(256), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix(FlatTree.bootCPUComment) }
        guard let digits = line?.dropFirst(FlatTree.bootCPUComment.count), UInt32(digits) != nil else { return nil }
        return String(digits)
    }
}

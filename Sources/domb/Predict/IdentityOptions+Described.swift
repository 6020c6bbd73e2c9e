// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Platform

extension IdentityOptions {
    /// With all that a description says and no option does; `path` is its own.
    func completed(by described: DescribedIdentity?, _ path: String) throws -> IdentityOptions {
        guard identityFrom == nil else { return self }
        var completion = Completion(options: self, described: described)
        completion.addProgram()
        completion.addCommandLines()
        completion.addXen()
        completion.add(\.xsm, "--xsm") { known throws(CommandFailure) in try known.securityPolicy() }
        try completion.check(path)
        return completion.options
    }

    /// Options that are filled one by one, and why some are not.
    private struct Completion {
        var options: IdentityOptions
        let described: DescribedIdentity?
        private var missing: [(option: String, reason: String)] = []

        init(options: IdentityOptions, described: DescribedIdentity?) {
            self.options = options
            self.described = described
        }

        mutating func add<Value>(
            _ option: WritableKeyPath<IdentityOptions, Value?>, _ name: String,
            _ known: (DescribedIdentity) throws(CommandFailure) -> Value?
        ) {
            guard options[keyPath: option] == nil else { return }
            do throws(CommandFailure) {
                options[keyPath: option] = try described.flatMap(known)
                if options[keyPath: option] == nil { missing.append((name, "")) }
            } catch {
                missing.append((name, error.message))
            }
        }

        mutating func addProgram() {
            guard options.dombInit == nil else { return }
            add(\.buildID, "--domb-init or --build-id") { known throws(CommandFailure) in
                let program = try known.program()
                return hexadecimal(try IdentityOptions.buildID(of: program.content, program.name))
            }
        }

        /// A command's is that of the dom0 that runs it.
        mutating func addCommandLines() {
            let isCommand = options.isCommand
            add(\.commandLine, "--command-line") { known throws(CommandFailure) in
                isCommand ? nil : try known.commandLine()
            }
            add(\.xenCommandLine, "--xen-command-line") { known throws(CommandFailure) in try known.xenCommandLine() }
        }

        /// Read once.
        mutating func addXen() {
            guard options.xenVersion == nil || options.xenBuildID == nil else { return }
            let xen = described.map { known in Result { () throws(CommandFailure) in try known.xen() } }
            add(\.xenVersion, "--xen-version") { known throws(CommandFailure) in
                try xen.map { xen throws(CommandFailure) in try known.xenVersion(try xen.get()) }
            }
            add(\.xenBuildID, "--xen-build-id") { _ throws(CommandFailure) in
                try xen.map { xen throws(CommandFailure) in hexadecimal(try xen.get().buildID) }
            }
        }

        func check(_ path: String) throws(CommandFailure) {
            guard !missing.isEmpty else { return }
            guard described != nil else {
                let options = missing.map { $0.option }.joined(separator: ", ")
                throw .usage(
                    "without --identity-from these are needed: \(options); a description (.yaml) in place of the LCM "
                        + "says them")
            }
            let lines = missing.map {
                "\(path): \($0.option) is needed\($0.reason.isEmpty ? "" : ": \($0.reason)")"
            }
            throw .usage(lines.joined(separator: "\ndomb: "))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Platform

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Make a description of domains that xl has configuration files of.",
        usage: "domb import [<options>] <files> ...",
        discussion: """
            Each FILE is an xl.cfg(5). What a launch has no counterpart for is told on standard error, by file and line, and \
            stands in comments; the rest is a description as domb check wants it. With --xen and --kernel it has the boot \
            domain, too. The way back is domb export --xl.
            """)

    @Option(name: .shortAndLong, help: "The description to write.", completion: .file())
    var output = "-"
    @Option(help: "The Xen that GRUB boots, as it lies in /boot.", completion: .file())
    var xen: String?
    @Option(help: "The boot domain's Linux kernel, as it lies in /boot.", completion: .file())
    var kernel: String?
    @Argument(help: "Configuration files of xl.", completion: .file())
    var files: [String]

    func validate() throws {
        guard (xen == nil) == (kernel == nil) else {
            throw ValidationError("--xen and --kernel go together: they start the boot domain")
        }
        guard !files.isEmpty else { throw ValidationError("FILE is missing: a configuration file of xl") }
    }

    func run() throws {
        var domains: [XLDomain] = []
        for path in files {
            let content = try HostFile.read(path, limit: XLFile.limit)
            do throws(XLFile.Problem) {
                domains.append(XLDomain(try XLFile(parsing: content), from: path))
            } catch {
                throw CommandFailure.malformed("\(path):\(error.line): \(error.text)")
            }
        }
        var boot: ImportedLaunch.BootDomain?
        if let xen, let kernel { boot = ImportedLaunch.BootDomain(xen: xen, kernel: kernel) }
        let launch = ImportedLaunch(domains, boot: boot)
        for line in Excerpt.lines(of: launch.unsaid, { $0 }) { Diagnostics.write("domb: \(line)") }
        try HostFile.write(try launch.written(), to: output)
    }
}

// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LaunchControl
import Platform
import Prediction

/// Who builds the domains that are predicted. One whose layout is not modelled is refused: a prediction of another's would be a
/// PCR that no launch leads to.
struct BuilderOptions: ParsableArguments {
    enum Builder: String, ExpressibleByArgument, CaseIterable {
        case construct
        case xen2024 = "xen-2024"
        case xen2025 = "xen-2025"
    }

    @Option(help: "Who builds the domains. (default: construct, unless the LCM says that it is the hypervisor)")
    var builder: Builder?
    @Option(
        help: ArgumentHelp(
            "For xen-2024: RSDP, XSDT and MADT of the host, one after the other in a file.", valueName: "file"),
        completion: .file())
    var hostTables: String?

    func validate() throws {
        guard (builder == .xen2024) == (hostTables != nil) else {
            throw ValidationError(
                "--builder xen-2024 and --host-tables go together: it copies the host's table headers")
        }
    }

    /// `nil` for domb-construct.
    func model(for file: LaunchControlFile, xenVersion: [UInt8]) throws -> DomainBuilder.Model? {
        let isHypervisors = file.lcm.settings.builder == .hypervisor
        switch builder {
        case .construct, nil:
            guard isHypervisors else { return nil }
            throw CommandFailure.refusal(
                "\(file.path): its domains are the hypervisor's to build (domb,builder), not domb-construct's: --builder "
                    + "xen-2024 is the one that is modelled")
        case .xen2025: throw CommandFailure.refusal("--builder xen-2025: its layout is not modelled")
        case .xen2024:
            if let release = XenRelease(version: xenVersion) {
                throw CommandFailure.refusal(
                    "--builder xen-2024: Xen \(text(release.name.bytes)) builds no domains itself")
            }
            guard let path = hostTables else { return nil }
            guard let tables = HostTables(try HostFile.read(path, limit: 1 << 20)) else {
                throw CommandFailure.malformed(
                    "\(path): not an RSDP, an XSDT and a MADT one after the other (acpidump -b: rsdp.dat, xsdt.dat, apic.dat)"
                )
            }
            return .preview(tables)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import LinuxBindings
import Platform

/// The FLASK label that the boot domain takes when the construct stage is over: from then on it can create no domain.
struct BootLabel {
    private let label: [UInt8]
    /// The command line names it: then there is no going on without it.
    private let isDemanded: Bool

    /// `domb-construct.label=`, or the one of DomB's own policy.
    init(_ commandLine: [UInt8]) {
        let demanded = BootOptions.value(of: "domb-construct.label", in: commandLine)
        label = demanded ?? Line("system_u:system_r:domb_t").bytes
        isDemanded = demanded != nil
    }

    /// Returns what to tell, `nil` where nothing was done: no FLASK, or another policy.
    func take() throws(ConstructFailure) -> Line? {
        let xen: XenBuilder
        do throws(SystemError) {
            xen = try XenBuilder()
        } catch {
            // Without Xen there is nothing that a label could keep this domain from.
            if isDemanded { throw .system(error) }
            return nil
        }
        do throws(HypercallError) {
            guard try xen.relabelSelf(label, isDemanded: isDemanded) else { return nil }
        } catch {
            throw .hypercall(error)
        }
        return "the boot domain's label is \(escaped: label)"
    }
}

// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import Platform

/// A step of building a domain failed.
struct BuildFailure: Error, Equatable {
    /// In words, with the library's function.
    enum Step: Word {
        case begin = "preparing (xc_dom_allocate)"
        case openKernel = "opening the kernel (xc_dom_kernel_file)"
        case addModule = "opening a module (xc_dom_module_file)"
        case setACPI = "placing the ACPI tables"
        case create = "creating (xc_domain_create)"
        case setLimits = "setting vcpus, memory limit, paging pool and cpuid policy"
        case parseKernel = "reading the kernel's format (xc_dom_parse_image)"
        case populate = "giving it memory (xc_dom_boot_mem_init)"
        case load = "loading (xc_dom_build_image, xc_dom_boot_image)"
        case removeXenstore = "taking the xenstore page away (xc_hvm_param_set)"
    }

    let domid: DomainID
    let name: [UInt8]
    let isHardware: Bool
    let step: Step
    /// The positive errno value.
    let code: Int32
    /// What the library said, empty if nothing.
    let message: [UInt8]

    var line: Line {
        var line: Line = "\(Line.domain(domid, name))\(step.name): errno \(code)"
        if !message.isEmpty { line.append(": \(escaped: message)") }
        // EOPNOTSUPP there: an ordinary domain may not have a hardware domain's emulated devices. Xen has no call that
        // tells in advance whether it was built with LATE_HWDOM.
        if isHardware, step == .create { line.append(": this Xen may be without LATE_HWDOM") }
        // EACCES: Xen's numbers were found to be right by then, so it is FLASK that denies.
        if step == .create, code == 13 { line.append(": forbidden by policy") }
        return line
    }
}

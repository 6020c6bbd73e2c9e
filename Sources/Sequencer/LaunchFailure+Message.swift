// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform

extension LaunchFailure {
    /// What the console, the error record and a person see: "plan: domain 3: ...".
    public var message: Line {
        guard let domid else { return "\(stage.name): \(cause.message)" }
        return "\(stage.name): domain \(domid): \(cause.message)"
    }
}

extension LaunchFailure.Cause {
    var message: Line {
        switch self {
        case .system(let error): error.message
        case .construct(let text): "\(escaped: text)"
        case .container(let error): error.message
        case .noModule: "no ACPI table with the OEM table id DOMB-LCM, and no domb.classic= on the command line"
        case .parse(let error): error.message
        case .argument(let word): "not a DomB setting, or a value that it cannot have: \(escaped: word)"
        case .refusal(let refusal): refusal.message
        case .otherXen(let other): other.message
        case .hypercall(let error): error.message
        case .tpm(let error): error.message
        case .measurement(let error): error.message
        case .configuration(let error): error.message
        case .readiness(let failure): failure.message
        }
    }
}

extension ParseError {
    /// "/chosen/hypervisor/broker:domb,wieght at byte 312: unknown domb, property".
    public var message: Line {
        let text: Line = "at byte \(offset): \(code.text)"
        return place.isEmpty ? text : "\(escaped: place) \(text)"
    }
}

extension ContainerError {
    var message: Line {
        switch self {
        case .tableCutShort(let declared, let actual):
            "the ACPI table is cut short: \(declared) bytes declared, \(actual) there"
        case .badChecksum(let sum): "the ACPI table's bytes sum to \(sum) instead of 0: wrong checksum"
        case .badPartHeader: "the ACPI table holds no LCM part header"
        case .partsDisagree: "the LCM's parts disagree on count, length or digest"
        case .partOutOfRange(let part, let parts): "LCM part \(part) of \(parts) cannot be"
        case .duplicatePart(let part): "LCM part \(part) is there twice"
        case .missingPart(let part, let parts): "LCM part \(part) of \(parts) is missing"
        case .cutShort(let declared, let actual): "the LCM is cut short: \(declared) bytes declared, \(actual) there"
        case .tooLarge(let byteCount): "an LCM of \(byteCount) bytes is too large"
        case .digestMismatch: "the LCM's SHA-256 is not the one that its table declares"
        }
    }
}

extension ConfigError {
    var message: Line {
        switch self {
        case .hypercall(let operation, let error): "\(operation.text): \(error.message)"
        case .notKept(let operation): "\(operation.text): Xen reads back another value than it was given"
        case .noRing(let operation): "\(operation.text): the builder gave the domain no page for it"
        case .node(let path, let operation, let error): "\(operation.text): \(escaped: path): \(error.message)"
        case .nodeNotKept(let path, let operation):
            "\(operation.text): \(escaped: path): xenstore reads back another value than it was given"
        case .transactionLost(let attempts):
            "xenstore was changed by others during each of \(attempts) transactions"
        case .otherPort(let operation, let port): "\(operation.text): Xen gave port \(port)"
        }
    }
}

extension ConfigOperation {
    /// "ioports 0x3f8+8".
    fileprivate var text: Line { "\(name) \(value)" }
}

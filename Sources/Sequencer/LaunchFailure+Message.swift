// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform

extension LaunchFailure {
    /// What the console, the error record and a person see: "plan: domain 3: ...".
    public var message: Line {
        var line = Line(stage.name)
        line.append(": ")
        if let domid {
            line.append("domain ")
            line.append(domid)
            line.append(": ")
        }
        line.append(cause)
        return line
    }
}

extension Line {
    mutating func append(_ cause: LaunchFailure.Cause) {
        switch cause {
        case .system(let error): append(error)
        case .container(let error): append(error)
        case .noModule: append("no ACPI table with the OEM table id DOMB-LCM, and no domb.classic= on the command line")
        case .parse(let error): append(error)
        case .argument(let word):
            append("not a DomB setting, or a value that it cannot have: ")
            append(escaped: word)
        case .refusal(let refusal): append(refusal)
        case .hypercall(let error): append(error)
        case .tpm(let error): append(error)
        case .measurement(let error): append(error)
        case .configuration(let error): append(error)
        case .readiness(let failure): append(failure)
        }
    }

    /// "/chosen/hypervisor/broker:domb,wieght at byte 312: unknown domb, property".
    public mutating func append(_ error: ParseError) {
        if !error.place.isEmpty {
            append(escaped: error.place)
            append(" ")
        }
        append("at byte ")
        append(decimal: Int64(error.offset))
        append(": ")
        append(error.code.text)
    }

    mutating func append(_ error: ContainerError) {
        switch error {
        case .tableCutShort(let declared, let actual):
            append("the ACPI table is cut short: ", declared, " bytes declared, ", actual, " there")
        case .badChecksum(let sum): append("the ACPI table's bytes sum to ", Int(sum), " instead of 0: wrong checksum")
        case .badPartHeader: append("the ACPI table holds no LCM part header")
        case .partsDisagree: append("the LCM's parts disagree on count, length or digest")
        case .partOutOfRange(let part, let parts): append("LCM part ", part, " of ", parts, " cannot be")
        case .duplicatePart(let part): append("LCM part ", part, " is there twice")
        case .missingPart(let part, let parts): append("LCM part ", part, " of ", parts, " is missing")
        case .cutShort(let declared, let actual):
            append("the LCM is cut short: ", declared, " bytes declared, ", actual, " there")
        case .tooLarge(let byteCount): append("an LCM of ", byteCount, " bytes is too large")
        case .digestMismatch: append("the LCM's SHA-256 is not the one that its table declares")
        }
    }

    mutating func append(_ error: ConfigError) {
        switch error {
        case .hypercall(let operation, let error):
            append(operation)
            append(": ")
            append(error)
        case .notKept(let operation):
            append(operation)
            append(": Xen reads back another value than it was given")
        case .noRing(let operation):
            append(operation)
            append(": the builder gave the domain no page for it")
        case .node(let path, let operation, let error):
            append(operation)
            append(": ")
            append(escaped: path)
            append(": ")
            append(error)
        case .nodeNotKept(let path, let operation):
            append(operation)
            append(": ")
            append(escaped: path)
            append(": xenstore reads back another value than it was given")
        case .transactionLost(let attempts):
            append("xenstore was changed by others during each of ", attempts, " transactions")
        case .otherPort(let operation, let port):
            append(operation)
            append(": Xen gave port ")
            append(decimal: UInt64(port))
        }
    }

    /// "ioports 0x3f8+8".
    private mutating func append(_ operation: ConfigOperation) {
        append(operation.name)
        append(" ")
        append(operation.value)
    }

    mutating func append(_ first: StaticString, _ value: Int, _ second: StaticString) {
        append(first)
        append(decimal: Int64(value))
        append(second)
    }

    mutating func append(
        _ first: StaticString, _ value: Int, _ second: StaticString, _ other: Int, _ third: StaticString = ""
    ) {
        append(first, value, second)
        append(decimal: Int64(other))
        append(third)
    }
}

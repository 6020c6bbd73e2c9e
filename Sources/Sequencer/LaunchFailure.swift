// SPDX-License-Identifier: Apache-2.0

import ConfigApply
import LaunchControl
import Measurement
import Platform

/// Why a launch ended before its handoff.
public struct LaunchFailure: Error, Equatable, Sendable {
    /// Where in the launch. The numbers stand in the event log.
    public enum Stage: UInt8, CaseIterable, Sendable {
        case prepare = 1
        case lcm = 2
        case facts = 3
        case plan = 4
        case configure = 5
        case measure = 6
        case cap = 7
        case unpause = 8
        case handoff = 9
        case ready = 10
        case construct = 11

        /// The word of the console and of docs/failures.md.
        public var name: StaticString {
            switch self {
            case .prepare: "prepare"
            case .lcm: "lcm"
            case .facts: "facts"
            case .plan: "plan"
            case .configure: "configure"
            case .measure: "measure"
            case .cap: "cap"
            case .unpause: "unpause"
            case .handoff: "handoff"
            case .ready: "ready"
            case .construct: "construct"
            }
        }
    }

    /// What failed, as it was told from below.
    public enum Cause: Equatable, Sendable {
        case system(SystemError)
        /// In domb-construct's words, which ran before.
        case construct([UInt8])
        case container(ContainerError)
        /// No ACPI table is DomB's, and the command line names no next init.
        case noModule
        case parse(ParseError)
        /// A `domb.` word of the command line.
        case argument([UInt8])
        case refusal(PlanRefusal)
        /// Xen's structures are not the program's.
        case otherXen(OtherXen)
        case hypercall(HypercallError)
        case tpm(TPMError)
        case measurement(MeasurementError)
        case configuration(ConfigError)
        case readiness(ReadinessFailure)
    }

    /// When.
    public let stage: Stage
    /// Whose failure it is; `nil` where it is no domain's.
    public let domid: DomainID?
    /// Why.
    public let cause: Cause

    public init(_ stage: Stage, domid: DomainID? = nil, _ cause: Cause) {
        self.stage = stage
        self.domid = domid
        self.cause = cause
    }

    /// What `body` throws as the failure of a launch.
    public static func during<Result: ~Copyable, Failure: LaunchError>(
        _ stage: Stage, _ domid: DomainID? = nil, _ body: () throws(Failure) -> Result
    ) throws(LaunchFailure) -> Result {
        do throws(Failure) { return try body() } catch { throw LaunchFailure(stage, domid: domid, error.cause) }
    }
}

/// An error from below that can end a launch.
public protocol LaunchError: Error {
    /// The error as a launch tells it.
    var cause: LaunchFailure.Cause { get }
}

extension SystemError: LaunchError { public var cause: LaunchFailure.Cause { .system(self) } }
extension PlanRefusal: LaunchError { public var cause: LaunchFailure.Cause { .refusal(self) } }
extension ContainerError: LaunchError { public var cause: LaunchFailure.Cause { .container(self) } }
extension ParseError: LaunchError { public var cause: LaunchFailure.Cause { .parse(self) } }
extension OtherXen: LaunchError { public var cause: LaunchFailure.Cause { .otherXen(self) } }
extension HypercallError: LaunchError { public var cause: LaunchFailure.Cause { .hypercall(self) } }
extension TPMError: LaunchError { public var cause: LaunchFailure.Cause { .tpm(self) } }
extension MeasurementError: LaunchError { public var cause: LaunchFailure.Cause { .measurement(self) } }
extension ConfigError: LaunchError { public var cause: LaunchFailure.Cause { .configuration(self) } }

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
        case .other(let operation, let actual): "\(operation.text): Xen gave \(actual)"
        }
    }
}

extension ConfigOperation {
    /// "ioports 0x3f8+8".
    fileprivate var text: Line { "\(name) \(value)" }
}

/// Why a domain that was unpaused will not be ready, or was not in time.
public enum ReadinessFailure: Equatable, Sendable {
    /// Not ready within this time, in milliseconds.
    case timeout(UInt32)
    /// It shut itself down, and that is not what was waited for.
    case shutDown(ShutdownReason)
    /// Xen has no such domain any more, or it is dying.
    case gone
    /// Xen took the unpause, and its toolstack's pause count is above zero still: somebody else has paused it, too.
    case stillPaused
}

extension ReadinessFailure {
    var message: Line {
        switch self {
        case .timeout(let milliseconds): "not ready within \(milliseconds) ms"
        case .shutDown(let reason): "it shut down (\(reason.name)) before it was ready"
        case .gone: "it died before it was ready"
        case .stillPaused: "unpaused by Xen's word, and still paused"
        }
    }
}

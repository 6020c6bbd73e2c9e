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

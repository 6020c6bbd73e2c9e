// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform

/// What goes wrong in a rehearsal: POINT[@DOMID][#N][:ERROR].
///
/// POINT is an operation by the name that the trace has for it, or `ready`, which is no operation but what a domain
/// does. DOMID may be the domain's name.
enum RehearsedFault {
    case host(SimulatedFault)
    case tpm(SimulatedFault)
    case domain(DomainID, DomainBehaviour)

    static let tpmOperations: [Platform.Operation] = [
        .getCapability, .readClock, .pcrExtend, .pcrRead, .getTestResult, .setLocality,
    ]

    struct Problem: Error {
        let text: String
    }

    /// `domid` knows the domains by their names.
    init(_ words: String, domid named: (String) -> DomainID? = { _ in nil }) throws(Problem) {
        var rest = Substring(words)
        let error = Self.split(&rest, ":")
        let occurrence = Self.split(&rest, "#")
        // A name may have this mark in it, an operation has not.
        let domid = rest.firstIndex(of: "@").map { rest[rest.index(after: $0)...] }
        if let domid { rest = rest[..<rest.index(before: domid.startIndex)] }
        let name = String(rest)
        var count = 0
        if let occurrence {
            guard let number = Int(occurrence), number > 0 else {
                throw Problem(text: "#\(occurrence): which, from 1 on")
            }
            count = number - 1
        }
        var domain: DomainID?
        if let domid {
            guard let found = named(String(domid)) ?? UInt16(domid).flatMap({ DomainID(rawValue: $0) }) else {
                throw Problem(text: "@\(domid): neither a domid nor a domain's name")
            }
            domain = found
        }
        if name == "ready" {
            self = try Self.readiness(domain, error.map { String($0) } ?? "never")
            return
        }
        guard let operation = Platform.Operation.allCases.first(where: { $0.name.description == name }) else {
            let names = Platform.Operation.allCases.map { $0.name.description } + ["ready"]
            throw Problem(text: "\(name) is no operation of DomB's\(NearName.hint(for: name, among: names))")
        }
        guard Self.tpmOperations.contains(operation) else {
            let name = error.map { String($0) } ?? "EIO"
            guard let code = ErrorName.errno(name) else { throw Problem(text: "\(name): no errno") }
            self = .host(SimulatedFault(operation, domain, occurrence: count, .errno(code)))
            return
        }
        let effect = try Self.tpmFault(error.map { String($0) } ?? "vanish")
        self = .tpm(SimulatedFault(operation, nil, occurrence: count, .tpm(effect)))
    }

    private static func split(_ rest: inout Substring, _ mark: Character) -> Substring? {
        guard let place = rest.lastIndex(of: mark) else { return nil }
        defer { rest = rest[..<place] }
        return rest[rest.index(after: place)...]
    }

    private static func readiness(_ domid: DomainID?, _ what: String) throws(Problem) -> RehearsedFault {
        guard let domid else { throw Problem(text: "ready@DOMID: of which domain?") }
        let second: UInt64 = 1_000_000
        switch what {
        case "never": return .domain(domid, DomainBehaviour())
        case "die": return .domain(domid, DomainBehaviour([(second, .die)]))
        case "crash": return .domain(domid, DomainBehaviour([(second, .shutDown(.crash))]))
        case "reboot": return .domain(domid, DomainBehaviour([(second, .shutDown(.reboot))]))
        default: throw Problem(text: "ready: '\(what)' is none of never, crash, reboot, die")
        }
    }

    private static func tpmFault(_ name: String) throws(Problem) -> SimulatedTPM.Fault {
        switch name {
        case "vanish": return .vanish
        case "reset": return .reset
        case "pretend": return .pretend
        case "flip": return .flipBit
        case "lost": return .loseAnswer(0xA_000A)
        default: break
        }
        guard let code = ErrorName.responseCode(name) else {
            throw Problem(text: "\(name): no response code, and none of vanish, reset, pretend, flip, lost")
        }
        return .refuse(code)
    }
}

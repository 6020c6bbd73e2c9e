// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import LaunchControl
import Platform
import Prediction
import Sequencer

/// Where the author of a description wrote what a launch is refused for. The launch is read from the LCM that the description
/// is compiled to: its domains are in the same order.
struct DescriptionPlaces {
    let description: LaunchDescription
    let lcm: LCM

    /// A line of the file, and the key that stands there: the first of `keys` that does, or the section that lacks it.
    /// Those of the launch have the name of their section before them: "launch.handoff".
    private func place(of keys: [String], _ domid: DomainID?) -> (line: Int, key: String) {
        let index = domid.flatMap { domid in lcm.domains.firstIndex { $0.domid == domid } }
        let domain = index.flatMap { description.domains.indices.contains($0) ? description.domains[$0].place : nil }
        for key in keys {
            let parts = key.split(separator: ".").map(String.init)
            let section = parts.count == 2 ? description.sections[parts[0]] : domain
            if let value = parts.last.flatMap({ section?[$0] }) { return (value.line, value.key) }
        }
        let parts = keys.first?.split(separator: ".").map(String.init) ?? []
        if parts.count == 2 { return (description.sections[parts[0]]?.line ?? 1, keys[0]) }
        guard let domain else { return (description.domainsLine, "domains") }
        return (domain.line, domain.key)
    }

    private func name(_ domid: DomainID) -> String {
        lcm.domains.first { $0.domid == domid }.map { text($0.name) } ?? "\(domid)"
    }

    func refusal(_ refusal: PlanRefusal) -> CheckRefusal {
        var words = text(refusal.message.bytes)
        for other in refusal.code.others {
            words = words.replacing("domain \(other.rawValue)", with: name(other), maxReplacements: 1)
        }
        let domid = refusal.domid ?? (refusal.code == .cycle ? firstOfCycle : nil)
        let place = place(of: keys(of: refusal.code, domid), domid)
        return CheckRefusal(
            code: refusal.name, DescriptionWords.ofAuthor(words), domid: refusal.domid, line: place.line, key: place.key
        )
    }

    func refusal(_ refusal: Refusal) -> CheckRefusal {
        let prefix = text(Line.domain(refusal.domid, refusal.name).bytes)
        let words = text(refusal.line.bytes).dropFirst(prefix.count)
        let place = place(of: refusal.reason.keys, refusal.domid)
        return CheckRefusal(
            code: "builder", "refused by domb-construct: \(DescriptionWords.ofAuthor(String(words)))",
            domid: refusal.domid, line: place.line, key: place.key)
    }

    func refusal(_ code: String, _ keys: [String], _ domid: DomainID?, _ words: String) -> CheckRefusal {
        let place = place(of: keys, domid)
        return CheckRefusal(code: code, words, domid: domid, line: place.line, key: place.key)
    }

    /// What the LCM's own reader says of what was compiled.
    func refusal(_ problem: LaunchProblem) -> CheckRefusal {
        let halves = text(problem.error.place).split(separator: ":", maxSplits: 1).map(String.init)
        let nodes = halves.first?.split(separator: "/").map(String.init) ?? []
        let domain = lcm.domains.first { nodes.count > 2 && text($0.name) == nodes[2] }
        let key = SettingKey.allCases.first { halves.count > 1 && text($0.schema.property.bytes) == halves[1] }
        let keys =
            key.map { [($0.schema.place == .launch ? "launch." : "") + $0.yaml] } ?? halves.dropFirst().map { $0 }
        let place = place(of: keys, domain?.domid)
        let reference = problem.error.reference.isEmpty ? "" : ": '\(text(problem.error.reference))'"
        return CheckRefusal(
            code: "\(problem.code)", DescriptionWords.ofAuthor("\(problem.code.text)\(reference)"),
            domid: domain?.domid,
            line: place.line, key: place.key)
    }

    private var firstOfCycle: DomainID? {
        do throws(DependencyCycle) {
            _ = try DependencyGraph(dependencies: lcm.domains.map { $0.dependencies }).order()
            return nil
        } catch {
            return error.indices.first.map { lcm.domains[$0].domid }
        }
    }

    private func keys(of code: PlanRefusal.Code, _ domid: DomainID?) -> [String] {
        guard case .configuration(.backendWithoutXenstore(let server)) = code else { return code.keys }
        let name = lcm.domains.first { $0.domid == server }?.name
        let settings = lcm.domains.first { $0.domid == domid }?.settings ?? []
        return settings.filter { $0.partner?.name == name }.map { $0.key.yaml } + code.keys
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

@testable import LaunchControl

@Suite struct DomainConductTests {
    private func read(_ words: [String: String]) -> (conduct: DomainConduct, problems: [String]) {
        var problems: [String] = []
        let source = SettingSource {
            words[$0.schema.word.description].map { Array($0.utf8) }
        } report: {
            problems.append("\($0.schema.word) \($1)")
        }
        let conduct = DomainConduct(source)
        return (conduct, problems)
    }

    @Test func nothingSaidIsUnpausedAndHalt() {
        let (conduct, problems) = read([:])
        #expect(conduct == DomainConduct() && problems.isEmpty)
    }

    @Test func everyWordIsRead() {
        let (conduct, problems) = read([
            "ready": "node", "ready-node": "data/ready", "ready-value": "yes", "ready-timeout": "1500",
            "on-failure": "recover",
        ])
        #expect(problems.isEmpty)
        #expect(
            conduct
                == DomainConduct(
                    readiness: .node(path: Array("data/ready".utf8), value: Array("yes".utf8)), timeout: 1500,
                    onFailure: .recover))
        #expect(read(["ready": "poweroff"]).conduct.readiness == .poweredOff)
    }

    /// Two domains that are waited for in different ways have different records.
    @Test func everyPartOfItIsInTheRecord() {
        let whole = [
            "ready": "node", "ready-node": "data/ready", "ready-value": "yes", "ready-timeout": "1500",
            "on-failure": "recover",
        ]
        let items = read(whole).conduct.items
        #expect(items.map(\.kind) == [.ready, .readyNode, .readyValue, .onFailure])
        for (word, other) in [
            ("ready-node", "data/other"), ("ready-value", "no"), ("ready-timeout", "1501"), ("on-failure", "skip"),
        ] {
            #expect(read(whole.merging([word: other]) { $1 }).conduct.items != items, "\(word)")
            #expect(read(whole.filter { $0.key != word }).conduct.items != items, "\(word)")
        }
    }

    @Test(arguments: [
        (["ready": "soon"], "ready badPropertyValue"), (["on-failure": "ignore"], "on-failure badPropertyValue"),
        (["ready": "node"], "ready conflictingProperties"),
        (["ready-node": "data/x"], "ready-node conflictingProperties"),
        (["ready": "poweroff", "ready-value": "1"], "ready-value conflictingProperties"),
        (["ready-timeout": "5"], "ready-timeout conflictingProperties"),
        (["ready": "poweroff", "ready-timeout": "0"], "ready-timeout badPropertyValue"),
        (["ready": "poweroff", "ready-timeout": "86400001"], "ready-timeout badPropertyValue"),
        (["ready": "node", "ready-node": "data//x"], "ready-node badPropertyValue"),
        (["ready": "node", "ready-node": "data/"], "ready-node badPropertyValue"),
        (["ready": "node", "ready-node": "a b"], "ready-node badPropertyValue"),
    ])
    func whatContradictsIsReported(words: [String: String], problem: String) {
        #expect(read(words).problems == [problem])
    }

    @Test func aRelativePathIsTheDomainsOwn() throws {
        let domid = try #require(DomainID(rawValue: 7))
        #expect(DomainConduct.Readiness.path(Array("a/b".utf8), of: domid) == Array("/local/domain/7/a/b".utf8))
        #expect(DomainConduct.Readiness.path(Array("/a".utf8), of: domid) == Array("/a".utf8))
    }
}

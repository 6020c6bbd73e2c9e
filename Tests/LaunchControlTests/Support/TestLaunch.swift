// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import SimulatedPlatform

/// A tree of two domains that is good as it stands; tests change one thing.
enum TestLaunch {
    static let broker = domain("broker", domid: 2, phandle: 1)
    static let sensor = domain("sensor", domid: 3, dependsOn: 1)

    static func domain(_ name: String, domid: UInt32? = nil, phandle: UInt32? = nil, dependsOn: UInt32? = nil)
        -> TestNode
    {
        var node = TestNode("\(name)", [("compatible", string("xen,domain")), ("memory", longs(8192))])
        if let domid { node.set("domid", cells(domid)) }
        if let phandle { node.set("phandle", cells(phandle)) }
        if let dependsOn { node.set("domb,depends-on", cells(dependsOn)) }
        node.children = [
            TestNode("kernel", [("compatible", string("module,kernel")), ("module-index", cells(1))])
        ]
        return node
    }

    static func launch(_ domains: TestNode...) -> TestNode { launch(domains) }

    static func launch(_ domains: [TestNode]) -> TestNode {
        TestNode(
            "hypervisor", [("compatible", string("hypervisor,xen")), ("domb,handoff", string("shutdown"))],
            children: domains)
    }

    static func root(_ hypervisor: TestNode) -> TestNode {
        TestNode("", children: [TestNode("chosen", children: [hypervisor])])
    }

    static func blob(_ hypervisor: TestNode) -> [UInt8] { DeviceTreeWriter().blob(root(hypervisor)) }

    static func parse(_ hypervisor: TestNode) throws(ParseError) -> LCM {
        try LCM(parsing: blob(hypervisor), hashing: SwiftCryptoHash.self)
    }
}

/// Why these bytes are refused; `nil` where they are not.
func refusal(of bytes: [UInt8]) -> ParseError? {
    do throws(ParseError) {
        _ = try LCM(parsing: bytes, hashing: SwiftCryptoHash.self)
        return nil
    } catch {
        return error
    }
}

func refusal(of hypervisor: TestNode) -> ParseError? { refusal(of: TestLaunch.blob(hypervisor)) }

func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }

extension ParseError {
    var placeText: String { String(decoding: place, as: UTF8.self) }
}

/// One change to the good tree, and what it must give.
struct Refusal: Sendable, CustomStringConvertible {
    let rule: String
    let code: ParseError.Code
    let place: String
    let change: @Sendable (inout TestNode) -> Void

    init(
        _ rule: String, _ code: ParseError.Code, at place: String,
        _ change: @escaping @Sendable (inout TestNode) -> Void
    ) {
        self.rule = rule
        self.code = code
        self.place = place
        self.change = change
    }

    var description: String { rule }

    /// The two-domain tree, changed.
    var launch: TestNode {
        var launch = TestLaunch.launch(TestLaunch.broker, TestLaunch.sensor)
        change(&launch)
        return launch
    }
}

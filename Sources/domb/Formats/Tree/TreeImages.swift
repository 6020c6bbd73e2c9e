// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Image files by module index, and what they say entered into a tree that people wrote.
struct TreeImages {
    private let paths: [UInt32: String]
    private var kernels: [UInt32: ImageContent] = [:]
    private var ramdisks: [UInt32: ImageContent] = [:]
    private var used: Set<UInt32> = []

    init(_ paths: [UInt32: String]) { self.paths = paths }

    /// Adds to each module whose image is given what its node leaves out, and compares what is there.
    mutating func fill(_ tree: inout FlatTree, _ name: String) throws(CommandFailure) {
        guard !paths.isEmpty else { return }
        try fill(&tree.root, "", name, mode: nil)
        let unused = paths.keys.filter { !used.contains($0) }.sorted()
        guard unused.isEmpty else {
            throw .refusal("\(name): no module has index \(unused.map(String.init).joined(separator: ", "))")
        }
    }

    private mutating func fill(
        _ node: inout FlatTree.Node, _ path: String, _ name: String, mode: DomainMode?
    ) throws(CommandFailure) {
        let ownMode = node.launchMode
        for index in node.children.indices {
            let childPath = "\(path)/\(text(node.children[index].name))"
            try fill(&node.children[index], childPath, name, mode: ownMode)
        }
        let isKernel = node.isKernel
        guard isKernel || node.isRamdisk, let index = node.moduleIndex, let file = paths[index] else { return }
        used.insert(index)
        let content = try image(index, file, isKernel)
        if let mode, let problem = content.problem(in: mode, file) {
            throw CommandFailure(exitCode: problem.exitCode, message: "\(name): \(path): \(problem.message)")
        }
        let load = content.segments.flatMap { [$0.address, $0.byteCount] }.flatMap { BigEndian.bytes($0) }
        let values: [(property: String, value: [UInt8])] = [
            isKernel ? ("domb,load", load) : ("domb,size", BigEndian.bytes(content.byteCount)),
            ("domb,digest", content.digest.bytes),
        ]
        for (property, value) in values {
            guard let given = node.value(property) else {
                node.set(property, bytes: value)
                continue
            }
            guard given == value else {
                throw .refusal(
                    "\(name): \(path):\(property): not that of \(file), which has \(hexadecimal(value))")
            }
        }
    }

    /// Thousands of domains may share one image.
    private mutating func image(
        _ index: UInt32, _ file: String, _ isKernel: Bool
    ) throws(CommandFailure) -> ImageContent {
        if let known = isKernel ? kernels[index] : ramdisks[index] { return known }
        let content = isKernel ? try ImageContent(kernelAt: file) : try ImageContent(ramdiskAt: file)
        if isKernel { kernels[index] = content } else { ramdisks[index] = content }
        return content
    }
}

extension FlatTree.Node {
    /// Of a domain that is no boot domain, and has no device model (docs/lcm.md, section 3).
    fileprivate var launchMode: DomainMode? {
        guard isCompatible("xen,domain"), (cell("functions") ?? 0) & 1 == 0 else { return nil }
        switch (cell("mode") ?? 0) & 3 {
        case 0: return .pvh
        case 1: return .pv
        default: return nil
        }
    }
}

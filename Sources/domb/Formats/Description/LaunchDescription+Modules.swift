// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension LaunchDescription {
    /// The boot modules in order: the one place that decides which image has which index.
    struct Modules {
        /// By index, as the description has the paths; an image may be given by its index alone.
        fileprivate(set) var paths: [UInt32: String] = [:]
        fileprivate(set) var bootKernel: UInt32?
        fileprivate(set) var bootInitramfs: UInt32?
        fileprivate(set) var kernels: [UInt32] = []
        fileprivate(set) var ramdisks: [UInt32?] = []
        private var taken: Set<UInt32> = []
        private var byPath: [String: UInt32] = [:]
        private var next: UInt32 = 1
        private let isShared: Bool

        /// `isShared`: one file is one module, however many domains have it.
        fileprivate init(isShared: Bool) { self.isShared = isShared }

        /// The same order under other paths.
        func renamed(_ name: (UInt32, String) -> String) -> Modules {
            var modules = self
            for (index, path) in paths { modules.paths[index] = name(index, path) }
            return modules
        }

        fileprivate mutating func reserve(_ image: Image?) {
            guard let image, let index = image.index else { return }
            taken.insert(index)
            guard let path = image.path else { return }
            if let other = paths[index], other != path {
                image.place.wrong("index \(index) is that of \(other) already")
            }
            paths[index] = paths[index] ?? path
            if isShared { byPath[path] = byPath[path] ?? index }
        }

        /// Its own index, that of the same file, or the next that nobody has.
        fileprivate mutating func index(_ image: Image) -> UInt32 {
            if let index = image.index { return index }
            guard let path = image.path else { return 0 }
            if let index = byPath[path] { return index }
            while taken.contains(next) { next += 1 }
            taken.insert(next)
            paths[next] = path
            if isShared { byPath[path] = next }
            return next
        }

        fileprivate mutating func setBoot(_ boot: Boot) {
            bootKernel = boot.kernel.map { index($0) }
            bootInitramfs = boot.initramfs.map { index($0) }
        }

        fileprivate mutating func add(_ domain: Domain) {
            kernels.append(index(domain.kernel))
            ramdisks.append(domain.ramdisk.map { index($0) })
        }
    }

    func modules() throws(CommandFailure) -> Modules {
        var modules = Modules(isShared: builder.dialect.sharesModules)
        let countedBoot = builder.isHypervisor ? boot : nil
        modules.reserve(countedBoot?.kernel)
        modules.reserve(countedBoot?.initramfs)
        for domain in domains {
            modules.reserve(domain.kernel)
            modules.reserve(domain.ramdisk)
        }
        if let countedBoot { modules.setBoot(countedBoot) }
        for domain in domains { modules.add(domain) }
        try problems.check()
        return modules
    }
}

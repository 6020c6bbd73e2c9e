// SPDX-License-Identifier: Apache-2.0

import CHashWorkers
import CryptoBindings
import Platform
import SimulatedPlatform

/// The simulated domains' images, hashed by PID 1's own threads.
final class NativeHashing: ContentHashing {
    private let pages: MappedPages
    /// `nil`: as many as PID 1 would take.
    private let threads: UInt32?
    private var workers: HashWorkers?
    /// Regions that a thread has hashed.
    private(set) var count = 0

    init(_ pages: MappedPages, threads: UInt32?) {
        self.pages = pages
        self.threads = threads
    }

    func begin(_ regions: [ContentRegion]) {
        workers = unsafe HashWorkers.start(
            regions, source: pages.source, threads: threads ?? HashWorkers.threads(for: regions))
    }

    /// A region whose mapping failed is hashed by the simulation, which tells why it cannot be.
    func digest(of region: ContentRegion) -> Digest? {
        do throws(HypercallError) {
            let digest = try workers?.digest(of: region)
            if digest != nil { count += 1 }
            return digest
        } catch {
            return nil
        }
    }

    func end() { workers = nil }
}

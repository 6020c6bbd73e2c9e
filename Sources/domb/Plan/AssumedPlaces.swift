// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension LaunchControlModule {
    /// For planning alone: a kernel of which the LCM does not say where it lies is put at 1 MiB. A real launch refuses
    /// it, since what has no place cannot be measured. Also the domains for which that was done.
    func withAssumedPlaces() -> (module: LaunchControlModule, assumed: [DomainDescription]) {
        var module = self
        var assumed: [DomainDescription] = []
        for index in module.domains.indices where module.domains[index].kernel.segments.isEmpty {
            module.domains[index].kernel.segments = [Segment(address: 0x10_0000, byteCount: 4096)]
            assumed.append(module.domains[index])
        }
        return (module, assumed)
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension LCM {
    /// For planning alone: a kernel of which the LCM does not say where it lies is put at 1 MiB. A real launch refuses
    /// it, since what has no place cannot be measured. Also the domains for which that was done.
    func withAssumedPlaces() -> (lcm: LCM, assumed: [DomainDescription]) {
        var lcm = self
        var assumed: [DomainDescription] = []
        for index in lcm.domains.indices where lcm.domains[index].kernel.segments.isEmpty {
            lcm.domains[index].kernel.segments = [Segment(address: 0x10_0000, byteCount: 4096)]
            assumed.append(lcm.domains[index])
        }
        return (lcm, assumed)
    }
}

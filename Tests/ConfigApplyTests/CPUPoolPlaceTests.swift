// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

@testable import ConfigApply

/// Which cpus a domain's pool leaves it.
@Suite struct CPUPoolPlaceTests {
    private func cpus(_ bits: UInt64) -> CPUSet { CPUSet(words: [bits]) }

    @Test func theLowestCPUOutsideIsNamed() {
        let pool = CPUPool(number: 1, scheduler: .credit2, cpus: cpus(0b0011_0000))
        let own = CPUPoolPlace(pool: pool, isMaker: true, taken: cpus(0b0011_0000))
        #expect(own.first(outside: cpus(0b0011_0000)) == nil)
        #expect(own.first(outside: cpus(0b1110_1000)) == 3)
        let standard = CPUPoolPlace(pool: nil, isMaker: false, taken: cpus(0b0011_0000))
        #expect(standard.first(outside: cpus(0b1100_1111)) == nil)
        #expect(standard.first(outside: cpus(0b0111_1000)) == 4)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform
import Testing

@Suite struct StableOrderTests {
    @Test(arguments: 0...33) func everySmallCountIsInOrder(count: Int) {
        let down = (0..<count).map { count - $0 }
        #expect(down.inOrder(<) == down.sorted())
        #expect(down.sorted().inOrder(<) == down.sorted())
        // Equal ones stay as they were.
        let pairs = (0..<count).map { (key: $0 % 3, place: $0) }
        let ordered = pairs.inOrder { $0.key < $1.key }
        for (left, right) in zip(ordered, ordered.dropFirst()) {
            #expect((left.key, left.place) < (right.key, right.place))
        }
    }

    @Test func randomListsAreInOrder() {
        var generator = SystemRandomNumberGenerator()
        let randomSeed = generator.next() as UInt64
        print("let randomSeed = \(randomSeed) as UInt64  // randomListsAreInOrder")
        var state = randomSeed | 1
        for _ in 0..<200 {
            let list = (0..<Int(state % 500)).map { _ in
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                return state % 100
            }
            state = state &+ 0x9E37_79B9_7F4A_7C15
            #expect(list.inOrder(<) == list.sorted())
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `--image INDEX=FILE`, as several commands take it.
enum ImageOption {
    static func paths(_ words: [String]) throws -> [UInt32: String] {
        var paths: [UInt32: String] = [:]
        for word in words {
            let halves = word.split(separator: "=", maxSplits: 1)
            guard halves.count == 2, let index = UInt32(halves[0]), index > 0 else {
                throw ValidationError("--image \(word): INDEX=FILE with an index above 0")
            }
            guard paths.updateValue(String(halves[1]), forKey: index) == nil else {
                throw ValidationError("--image \(word): index \(index) a second time")
            }
        }
        return paths
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl

extension ConfigurationItem {
    /// The text of such values; `nil` for values that are none.
    public var text: [UInt8]? {
        guard let count = values.first, count / 8 < UInt64(values.count), let length = Int(exactly: count) else {
            return nil
        }
        var text: [UInt8] = []
        for word in values.dropFirst() {
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                text.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        guard text.count - length < 8, text.count >= length, !text[length...].contains(where: { $0 != 0 }) else {
            return nil
        }
        return [UInt8](text[..<length])
    }
}

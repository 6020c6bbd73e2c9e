// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import domb

/// The parts of one LCM agree in everything that is the whole's.
@Suite struct ContainerPartTests {
    private static let lcm = [UInt8](repeating: 5, count: 200_000)
    /// Of an ACPI table.
    private static let header = 36

    private func refusal(of tables: [[UInt8]]) -> ContainerError? {
        do throws(ContainerError) {
            _ = try LaunchControlContainer.assemble(tables, hashing: SwiftCryptoHash.self)
            return nil
        } catch {
            return error
        }
    }

    /// Number of parts, length and digest, in each part, made larger and smaller.
    @Test func aPartThatSaysAnotherWholeIsRefused() throws {
        let tables = try LaunchControlContainer.tables(for: Self.lcm, hashing: SwiftCryptoHash.self)
        #expect(tables.count > 2)
        for field in [6, 8, 16, 47] {
            for difference in [1, -1] {
                for index in tables.indices {
                    var forged = tables
                    let place = Self.header + field
                    forged[index][place] = UInt8(truncatingIfNeeded: Int(forged[index][place]) + difference)
                    // The table's own sum is right.
                    forged[index][9] = UInt8(truncatingIfNeeded: Int(forged[index][9]) - difference)
                    let refusal = refusal(of: forged)
                    let isOutOfRange = field == 6 && difference < 0 && index == tables.count - 1
                    if isOutOfRange {
                        #expect(refusal == .partOutOfRange(part: tables.count, parts: tables.count - 1))
                    } else {
                        #expect(refusal == .partsDisagree, "byte \(field) of part \(index + 1), \(difference)")
                    }
                }
            }
        }
    }
}

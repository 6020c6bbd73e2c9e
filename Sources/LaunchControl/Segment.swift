// SPDX-License-Identifier: Apache-2.0

import Platform

extension Segment {
    /// Pairs of address and size as segments: at least one and at most `Limits.segments`, none empty, ascending, no two
    /// overlapping, none beyond what a domain can have.
    static func list(_ cells: [UInt64]) -> (segments: [Segment], problem: ParseError.Code?) {
        guard !cells.isEmpty, cells.count % 2 == 0 else { return ([], .badPropertyLength) }
        guard cells.count / 2 <= Limits.segments else { return ([], .limitExceeded) }
        var segments: [Segment] = []
        var end: UInt64 = 0
        for index in stride(from: 0, to: cells.count, by: 2) {
            let (next, overflow) = cells[index].addingReportingOverflow(cells[index + 1])
            guard cells[index] >= end, cells[index + 1] > 0, !overflow, next <= Limits.memory << 10 else {
                return ([], .overlappingSegments)
            }
            segments.append(Segment(address: cells[index], byteCount: cells[index + 1]))
            end = next
        }
        return (segments, nil)
    }

    /// Whether it begins and ends where a 4 KiB page does.
    var isWholePages: Bool { address % 4096 == 0 && byteCount % 4096 == 0 }
}

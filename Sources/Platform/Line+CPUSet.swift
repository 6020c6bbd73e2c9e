// SPDX-License-Identifier: Apache-2.0

extension Line {
    /// "0-3,5", the form that it is read from.
    public init(_ set: CPUSet) {
        var runs: [ClosedRange<UInt32>] = []
        for cpu in set.members {
            if let last = runs.last, last.upperBound + 1 == cpu {
                runs[runs.count - 1] = last.lowerBound...cpu
            } else {
                runs.append(cpu...cpu)
            }
        }
        self.init(runs) { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    }
}

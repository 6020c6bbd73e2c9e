// SPDX-License-Identifier: Apache-2.0

/// Where a time lies on the picture's axis. One wait may last longer than all else: it is then drawn short, and broken.
struct TimelineScale {
    /// A part of the launch in which nothing began or ended.
    struct Break: Equatable {
        let start: UInt64
        let end: UInt64
    }

    /// Of the axis.
    private static let breakWidth = 0.06
    /// What is squeezed to a third and less is hard to see.
    private static let mostShare = 0.66

    let end: UInt64
    private(set) var pause: Break?

    /// `times`: of everything that is drawn.
    init(_ times: [UInt64], end: UInt64) {
        self.end = max(end, 1)
        let sorted = ([0] + times.filter { $0 <= end } + [end]).sorted()
        let longest = zip(sorted, sorted.dropFirst()).max { $0.1 - $0.0 < $1.1 - $1.0 }
        guard let (start, next) = longest, Double(next - start) > Double(self.end) * Self.mostShare else { return }
        // Something of it stays before and behind the break, less than all else is long.
        let edge = min((next - start) / 50, (self.end - (next - start)) / 4)
        pause = Break(start: start + edge, end: next - edge)
    }

    /// From 0 to 1.
    func place(_ time: UInt64) -> Double {
        let time = min(time, end)
        guard let pause else { return Double(time) / Double(end) }
        let length = Double(end - (pause.end - pause.start))
        let rest = 1 - Self.breakWidth
        if time <= pause.start { return Double(time) / length * rest }
        if time >= pause.end {
            return Double(pause.start) / length * rest + Self.breakWidth + Double(time - pause.end) / length * rest
        }
        let part = Double(time - pause.start) / Double(pause.end - pause.start)
        return Double(pause.start) / length * rest + part * Self.breakWidth
    }

    /// Round times, about eight of them, none in the break.
    var ticks: [UInt64] {
        let length = end - (pause.map { $0.end - $0.start } ?? 0)
        let least = max(length / 10, 1)
        // What a label can say.
        var step: UInt64 = 100
        var factor = 0
        while step < least {
            step = factor % 3 == 1 ? step / 2 * 5 : step * 2
            factor += 1
        }
        return stride(from: 0, through: end, by: Int.Stride(clamping: step)).filter { time in
            pause.map { time <= $0.start || time >= $0.end } ?? true
        }
    }
}

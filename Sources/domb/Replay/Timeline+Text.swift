// SPDX-License-Identifier: Apache-2.0

import Platform

extension Timeline {
    private static let width = 56

    /// For a terminal: the times of each domain, then who did what when.
    var text: [String] {
        var lines = [
            Self.columns(["domain", "configured", "hashed", "extended", "unpaused at", "ready at", "after"])
        ]
        let shown = rows.prefix(Self.mostRows)
        for row in shown {
            lines.append(
                Self.columns([
                    Self.label(row), Self.milliseconds(row.time(.configured)),
                    Self.milliseconds(row.time(.hashed)), Self.milliseconds(row.time(.extended)),
                    row.unpaused.map { Self.milliseconds($0) } ?? "never",
                    row.ready.map { Self.milliseconds($0) } ?? "never",
                    row.waitsFor.map { "\($0.rawValue)" }.joined(separator: " "),
                ]))
        }
        let more = rows.count - shown.count
        if more > 0 { lines.append("and \(more) more domains") }
        lines.append("")
        let scale = TimelineScale(times, end: end)
        lines.append(Self.named("launch", bar(launch, on: scale)))
        for row in shown {
            lines.append(
                Self.named(Self.label(row), bar(row.spans, row.unpaused, row.ready, row.failedSince, on: scale)))
        }
        lines.append(Self.named("", Self.axis(scale)))
        lines.append(Self.named("", "0" + Self.padded(Self.milliseconds(end), Self.width - 1)))
        if let pause = scale.pause {
            lines.append(Self.named("", "// is \(Self.milliseconds(pause.end - pause.start)), drawn short"))
        }
        lines.append("? asked  c configured  h hashed  t TPM  w waited  x failed or late  . paused  = runs  # ready")
        return lines
    }

    private static func label(_ row: Row) -> String {
        let number = "\(row.domid.rawValue) "
        return number + shortened(domb.text(row.name), to: 22 - number.count)
    }

    private static func place(_ time: UInt64, on scale: TimelineScale) -> Int {
        min(width - 1, Int(scale.place(time) * Double(width)))
    }

    private static func axis(_ scale: TimelineScale) -> String {
        var cells = [Character](repeating: " ", count: width)
        for tick in scale.ticks { cells[place(tick, on: scale)] = "|" }
        if let pause = scale.pause {
            for cell in place(pause.start, on: scale)...place(pause.end, on: scale) { cells[cell] = "/" }
        }
        return String(cells)
    }

    private func bar(
        _ spans: [Span], _ unpaused: UInt64? = nil, _ ready: UInt64? = nil, _ failed: UInt64? = nil,
        on scale: TimelineScale
    ) -> String {
        var cells = [Character](repeating: unpaused == nil && ready == nil ? " " : ".", count: Self.width)
        func place(_ time: UInt64) -> Int { Self.place(time, on: scale) }
        if let unpaused { for cell in place(unpaused)..<Self.width { cells[cell] = "=" } }
        if let ready { for cell in place(ready)..<Self.width { cells[cell] = "#" } }
        for span in spans {
            for cell in place(span.start)...place(span.end) where span.kind != .asked || cells[cell] == " " {
                cells[cell] = span.kind.mark
            }
        }
        if let failed { for cell in place(failed)..<Self.width { cells[cell] = Kind.failed.mark } }
        return String(cells)
    }

    static func milliseconds(_ microseconds: UInt64) -> String {
        let tenths = (microseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10) ms"
    }

    private static func columns(_ words: [String]) -> String {
        let widths = [24, 12, 12, 12, 14, 14]
        return words.enumerated().map { index, word in
            index == 0 ? word + fill(word, widths[0]) : index < widths.count ? padded(word, widths[index]) : "  \(word)"
        }.joined()
    }

    private static func named(_ name: String, _ bar: String) -> String {
        "\(name)\(fill(name, 24))\(bar)"
    }

    private static func fill(_ word: String, _ width: Int) -> String {
        String(repeating: " ", count: max(1, width - word.count))
    }

    private static func padded(_ word: String, _ width: Int) -> String {
        String(repeating: " ", count: max(1, width - word.count)) + word
    }
}

extension Timeline.Kind {
    var mark: Character {
        switch self {
        case .asked: "?"
        case .configured: "c"
        case .hashed: "h"
        case .extended: "t"
        case .waited: "w"
        case .failed: "x"
        }
    }
}

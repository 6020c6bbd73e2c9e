// SPDX-License-Identifier: Apache-2.0

import Platform

extension Timeline {
    private static let width = 56

    /// For a terminal: the times of each domain, then who did what when.
    var text: [String] {
        var lines = [
            Self.columns(["domain", "configured", "hashed", "extended", "unpaused at", "ready at", "after"])
        ]
        for row in rows {
            lines.append(
                Self.columns([
                    "\(row.domid.rawValue) \(domb.text(row.name))", Self.milliseconds(row.time(.configured)),
                    Self.milliseconds(row.time(.hashed)), Self.milliseconds(row.time(.extended)),
                    row.unpaused.map { Self.milliseconds($0) } ?? "never",
                    row.ready.map { Self.milliseconds($0) } ?? "never",
                    row.waitsFor.map { "\($0.rawValue)" }.joined(separator: " "),
                ]))
        }
        lines.append("")
        lines.append(Self.named("launch", bar(launch, unpaused: nil, ready: nil)))
        for row in rows {
            lines.append(
                Self.named(domb.text(row.name), bar(row.spans, unpaused: row.unpaused, ready: row.ready)))
        }
        lines.append(Self.named("", "0" + Self.padded(Self.milliseconds(end), Self.width - 1)))
        lines.append("? asked  c configured  h hashed  t TPM  w waited  x failed  . paused  = runs  # ready")
        return lines
    }

    private func bar(_ spans: [Span], unpaused: UInt64?, ready: UInt64?) -> String {
        var cells = [Character](repeating: unpaused == nil && ready == nil ? " " : ".", count: Self.width)
        func place(_ time: UInt64) -> Int {
            min(Self.width - 1, Int(Double(time) / Double(max(end, 1)) * Double(Self.width)))
        }
        if let unpaused { for cell in place(unpaused)..<Self.width { cells[cell] = "=" } }
        if let ready { for cell in place(ready)..<Self.width { cells[cell] = "#" } }
        for span in spans {
            for cell in place(span.start)...place(span.end) where span.kind != .asked || cells[cell] == " " {
                cells[cell] = span.kind.mark
            }
        }
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
        let short = String(name.prefix(22))
        return "\(short)\(fill(short, 24))\(bar)"
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

    var colour: String {
        switch self {
        case .asked: "#9e9e9e"
        case .configured: "#1976d2"
        case .hashed: "#f9a825"
        case .extended: "#8e24aa"
        case .waited: "#cfd8dc"
        case .failed: "#d32f2f"
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Platform

extension Timeline {
    private static let left = 180.0
    private static let width = 900.0
    private static let rowHeight = 22.0

    /// A picture: one row for the launch and one for each domain, with a line from each domain to those it waits for.
    var svg: String {
        let height = Double(rows.count + 3) * Self.rowHeight + 30
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(Self.left + Self.width + 20)\" height=\"\(height)\" "
                + "font-family=\"sans-serif\" font-size=\"12\">",
            "<title>A launch of \(rows.count) domains, \(Self.milliseconds(end))</title>",
            // Pages that are dark by night leave a picture's own text dark.
            "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
        ]
        lines += band(0, "launch", launch, nil, nil)
        var places: [UInt16: Int] = [:]
        for (index, row) in rows.enumerated() {
            places[row.domid.rawValue] = index + 1
            lines += band(index + 1, domb.text(row.name), row.spans, row.unpaused, row.ready)
        }
        for (index, row) in rows.enumerated() {
            guard let unpaused = row.unpaused else { continue }
            for other in row.waitsFor.compactMap({ places[$0.rawValue] }) {
                lines.append(
                    "<line x1=\"\(x(unpaused))\" y1=\"\(Self.y(other) + 16)\" x2=\"\(x(unpaused))\" "
                        + "y2=\"\(Self.y(index + 1))\" stroke=\"#424242\" stroke-dasharray=\"2\"/>")
            }
        }
        lines += legend(rows.count + 1)
        return (lines + ["</svg>"]).joined(separator: "\n")
    }

    private func x(_ time: UInt64) -> Double {
        let part = Double(time) / Double(max(end, 1)) * Self.width
        return Self.left + (part * 10).rounded() / 10
    }

    private static func y(_ row: Int) -> Double { 10 + Double(row) * rowHeight }

    private func band(
        _ row: Int, _ name: String, _ spans: [Span], _ unpaused: UInt64?, _ ready: UInt64?
    ) -> [String] {
        var lines = ["<text x=\"8\" y=\"\(Self.y(row) + 13)\">\(Self.escaped(name))</text>"]
        if let unpaused { lines.append(bar(row, unpaused, end, "#c8e6c9", "runs")) }
        if let ready { lines.append(bar(row, ready, end, "#43a047", "ready")) }
        return lines + spans.map { bar(row, $0.start, $0.end, $0.kind.colour, $0.kind.rawValue) }
    }

    private func bar(_ row: Int, _ start: UInt64, _ end: UInt64, _ colour: String, _ what: String) -> String {
        let wide = max(1, x(end) - x(start))
        return "<rect x=\"\(x(start))\" y=\"\(Self.y(row))\" width=\"\((wide * 10).rounded() / 10)\" height=\"16\" "
            + "fill=\"\(colour)\"><title>\(what) \(Self.milliseconds(start)) to \(Self.milliseconds(end))</title></rect>"
    }

    private func legend(_ row: Int) -> [String] {
        let entries = Kind.allCases.map { ($0.rawValue, $0.colour) } + [("runs", "#c8e6c9"), ("ready", "#43a047")]
        var lines = [
            "<text x=\"\(Self.left)\" y=\"\(Self.y(row) + 13)\">0</text>",
            "<text x=\"\(Self.left + Self.width)\" y=\"\(Self.y(row) + 13)\" text-anchor=\"end\">"
                + "\(Self.milliseconds(end))</text>",
        ]
        for (index, entry) in entries.enumerated() {
            let place = Self.left + Double(index) * 105
            lines.append(
                "<rect x=\"\(place)\" y=\"\(Self.y(row + 1))\" width=\"14\" height=\"14\" fill=\"\(entry.1)\"/>"
                    + "<text x=\"\(place + 20)\" y=\"\(Self.y(row + 1) + 12)\">\(entry.0)</text>")
        }
        return lines
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}

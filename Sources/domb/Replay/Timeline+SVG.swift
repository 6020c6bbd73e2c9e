// SPDX-License-Identifier: Apache-2.0

import Platform

extension Timeline {
    /// More than anybody looks at, and than a browser draws at once.
    static let mostRows = 500

    /// A picture: one row for the launch and one for each domain, with a line from each domain to those it waits for.
    var svg: String { TimelinePicture(self).lines.joined(separator: "\n") }

    /// Of everything that is drawn.
    var times: [UInt64] {
        (rows.flatMap { $0.spans } + launch).flatMap { [$0.start, $0.end] }
            + rows.flatMap { [$0.unpaused, $0.ready, $0.lateSince].compactMap { $0 } }
    }

    /// "web-frontend-…-blue": a name that is too long keeps its ends, by which such names differ.
    static func shortened(_ name: String, to count: Int) -> String {
        guard name.count > count else { return name }
        let end = count / 3
        return "\(name.prefix(count - end - 1))…\(name.suffix(end))"
    }
}

private struct TimelinePicture {
    private static let left = 200.0
    private static let width = 900.0
    private static let rowHeight = 22.0
    private static let nameCount = 24

    private let timeline: Timeline
    private let rows: ArraySlice<Timeline.Row>
    private let scale: TimelineScale

    init(_ timeline: Timeline) {
        self.timeline = timeline
        rows = timeline.rows.prefix(Timeline.mostRows)
        scale = TimelineScale(timeline.times, end: timeline.end)
    }

    var lines: [String] {
        let hidden = timeline.rows.count - rows.count
        let (width, height) = (Self.left + Self.width + 20, Self.y(rows.count + (hidden > 0 ? 5 : 4)) + 10)
        let unready = timeline.rows.filter { $0.failedSince != nil }.map { text($0.name) }
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" width=\"\(width)\" "
                + "height=\"\(height)\" role=\"img\" aria-labelledby=\"title desc\" font-family=\"sans-serif\" font-size=\"12\">",
            "<title id=\"title\">A launch of \(timeline.rows.count) domains, \(Timeline.milliseconds(timeline.end))</title>",
            "<desc id=\"desc\">One row for the launch and one for each domain: what was done when, and from when it ran. "
                + (unready.isEmpty
                    ? "None failed." : "Failed or late: \(Self.escaped(unready.joined(separator: ", "))).")
                + "</desc>",
            "<defs>\(TimelineStyle.allCases.map { $0.definition }.joined())</defs>",
            // Pages that are dark by night leave a picture's own text dark.
            "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
        ]
        lines += axis
        lines += label(0, "launch", "launch") + timeline.launch.map { bar(0, $0.start, $0.end, TimelineStyle($0.kind)) }
        for (index, row) in rows.enumerated() { lines += band(index + 1, row) }
        lines += dependencies
        if hidden > 0 { lines += label(rows.count + 1, "and \(hidden) more", "and \(hidden) more domains") }
        return lines + legend(rows.count + (hidden > 0 ? 3 : 2)) + ["</svg>"]
    }

    private func x(_ time: UInt64) -> Double { ((Self.left + scale.place(time) * Self.width) * 10).rounded() / 10 }

    private static func y(_ row: Int) -> Double { 10 + Double(row) * rowHeight }

    private func band(_ row: Int, _ domain: Timeline.Row) -> [String] {
        let name = text(domain.name)
        let number = "\(domain.domid.rawValue) "
        var lines = label(row, number + Timeline.shortened(name, to: Self.nameCount - number.count), number + name)
        let failed = domain.failedSince
        let stopped = [domain.unpaused, failed].compactMap { $0 }.min() ?? timeline.end
        lines.append(bar(row, 0, stopped, .paused))
        if let unpaused = domain.unpaused { lines.append(bar(row, unpaused, timeline.end, .runs)) }
        if let ready = domain.ready { lines.append(bar(row, ready, timeline.end, .ready)) }
        lines += domain.spans.map { bar(row, $0.start, $0.end, TimelineStyle($0.kind)) }
        if let failed { lines.append(bar(row, failed, timeline.end, .failed)) }
        return lines
    }

    private func label(_ row: Int, _ short: String, _ whole: String) -> [String] {
        ["<text x=\"8\" y=\"\(Self.y(row) + 13)\">\(Self.escaped(short))<title>\(Self.escaped(whole))</title></text>"]
    }

    private func bar(_ row: Int, _ start: UInt64, _ end: UInt64, _ style: TimelineStyle) -> String {
        let wide = max(1, x(end) - x(start))
        return "<rect x=\"\(x(start))\" y=\"\(Self.y(row))\" width=\"\((wide * 10).rounded() / 10)\" height=\"16\" "
            + "fill=\"url(#\(style.rawValue))\" stroke=\"\(style.colour)\" stroke-width=\"0.5\"><title>\(style.word) "
            + "\(Timeline.milliseconds(start)) to \(Timeline.milliseconds(end))</title></rect>"
    }

    private var dependencies: [String] {
        var places: [UInt16: Int] = [:]
        for (index, row) in rows.enumerated() { places[row.domid.rawValue] = index + 1 }
        return rows.enumerated().flatMap { index, row in
            guard let unpaused = row.unpaused else { return [String]() }
            return row.waitsFor.compactMap { places[$0.rawValue] }.map { other in
                "<line x1=\"\(x(unpaused))\" y1=\"\(Self.y(other) + 16)\" x2=\"\(x(unpaused))\" "
                    + "y2=\"\(Self.y(index + 1))\" stroke=\"#424242\" stroke-dasharray=\"2\"/>"
            }
        }
    }

    private var axis: [String] {
        let (top, bottom) = (Self.y(0) - 4, Self.y(rows.count + 1))
        var lines = scale.ticks.map { time in
            "<line x1=\"\(x(time))\" y1=\"\(top)\" x2=\"\(x(time))\" y2=\"\(bottom)\" stroke=\"#e0e0e0\"/>"
                + "<text x=\"\(x(time))\" y=\"\(bottom + 12)\" text-anchor=\"middle\" font-size=\"10\">"
                + "\(Timeline.milliseconds(time))</text>"
        }
        if let pause = scale.pause {
            let middle = (x(pause.start) + x(pause.end)) / 2
            lines.append(
                "<path d=\"M\(middle - 4) \(bottom + 6)l4 -12M\(middle + 2) \(bottom + 6)l4 -12\" stroke=\"#424242\"/>"
                    + "<text x=\"\(middle)\" y=\"\(bottom + 24)\" text-anchor=\"middle\" font-size=\"10\">"
                    + "\(Timeline.milliseconds(pause.end - pause.start)) drawn short</text>")
        }
        return lines
    }

    private func legend(_ row: Int) -> [String] {
        TimelineStyle.allCases.enumerated().map { index, style in
            let place = 8 + Double(index) * 120
            return
                "<rect x=\"\(place)\" y=\"\(Self.y(row + 1))\" width=\"24\" height=\"14\" fill=\"url(#\(style.rawValue))\" "
                + "stroke=\"\(style.colour)\"/><text x=\"\(place + 30)\" y=\"\(Self.y(row + 1) + 12)\">\(style.word)</text>"
        }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}

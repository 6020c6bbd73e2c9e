// SPDX-License-Identifier: Apache-2.0

/// What is drawn how. The colours stand out from white by 3:1 and more (WCAG 2.2, 1.4.11), and each has strokes of its own: in
/// grey print those tell them apart.
enum TimelineStyle: String, CaseIterable {
    case asked, configured, hashed, extended, waited, failed, paused, runs, ready

    init(_ kind: Timeline.Kind) {
        switch kind {
        case .asked: self = .asked
        case .configured: self = .configured
        case .hashed: self = .hashed
        case .extended: self = .extended
        case .waited: self = .waited
        case .failed: self = .failed
        }
    }

    /// The legend's word.
    var word: String { self == .failed ? "failed or late" : rawValue }

    var colour: String {
        switch self {
        case .asked: "#757575"
        case .configured: "#1565c0"
        case .hashed: "#b45309"
        case .extended: "#6a1b9a"
        case .waited: "#546e7a"
        case .failed: "#c62828"
        case .paused: "#8d8d8d"
        case .runs: "#4c8c4a"
        case .ready: "#1b5e20"
        }
    }

    /// Of a tile of 8 by 8.
    var strokes: String {
        switch self {
        case .asked: "M2 4h1M6 4h1"
        case .configured: ""
        case .hashed: "M0 8L8 0"
        case .extended: "M0 0L8 8"
        case .waited: "M0 4h8"
        case .failed: "M0 0L8 8M0 8L8 0"
        case .paused: "M0 0h8v8h-8z"
        case .runs: "M4 0v8"
        case .ready: "M0 2h8M0 6h8"
        }
    }

    /// White strokes on the colour; what is paused is an outline.
    var definition: String {
        let ground = self == .paused ? "#ffffff" : colour
        let stroke = self == .paused ? colour : "#ffffff"
        return "<pattern id=\"\(rawValue)\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">"
            + "<rect width=\"8\" height=\"8\" fill=\"\(ground)\"/>"
            + (strokes.isEmpty ? "" : "<path d=\"\(strokes)\" stroke=\"\(stroke)\" stroke-width=\"1\" fill=\"none\"/>")
            + "</pattern>"
    }
}

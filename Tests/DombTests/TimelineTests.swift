// SPDX-License-Identifier: Apache-2.0

import Foundation
import LaunchControl
import Platform
import SimulatedPlatform
import Testing

@testable import domb

/// The picture of a launch.
@Suite struct TimelineTests {
    private static func lcm(_ names: [String], timeout: UInt32 = 60_000) throws -> LCM {
        var domains: [DomainDescription] = []
        for (index, name) in names.enumerated() {
            domains.append(
                DomainDescription(
                    domid: try #require(DomainID(rawValue: UInt16(index + 1))), name: Array(name.utf8), memory: 4096,
                    kernel: ImageReference(moduleIndex: 1),
                    conduct: DomainConduct(readiness: .poweredOff, timeout: timeout)))
        }
        return LCM(domains: domains, settings: LaunchSettings(handoff: .park))
    }

    private static func timeline(
        _ names: [String], unpaused: UInt64 = 100, end: UInt64 = 1000, ready: [UInt64] = [], timeout: UInt32 = 60_000,
        failed: UInt64? = nil
    ) throws -> Timeline {
        var entries: [TraceEntry] = []
        for index in names.indices {
            let domid = DomainID(rawValue: UInt16(index + 1))
            if let failed {
                entries.append(
                    TraceEntry(operation: .foreignMap, domid: domid, result: -1, start: failed, end: failed + 1))
            } else {
                entries.append(TraceEntry(operation: .unpause, domid: domid, result: 0, start: unpaused, end: unpaused))
            }
        }
        entries.append(TraceEntry(operation: .readClock, domid: nil, result: 0, start: end, end: end))
        let lcm = try lcm(names, timeout: timeout)
        return Timeline(lcm, entries: entries, ready: zip(lcm.domains, ready).map { ($0.domid, $1) })
    }

    @Test func aLongNameKeepsItsEnds() throws {
        #expect(Timeline.shortened("short", to: 8) == "short")
        #expect(Timeline.shortened("web-frontend-number-1", to: 12) == "web-fro…er-1")
        let names = ["\(String(repeating: "a", count: 60))1", "\(String(repeating: "a", count: 60))2"]
        let timeline = try Self.timeline(names, ready: [200, 200])
        for (index, name) in names.enumerated() {
            #expect(timeline.svg.contains("<title>\(index + 1) \(name)</title>"))
            #expect(!timeline.svg.contains("\(index + 1) \(name)<title>"), "the whole name is told, not drawn")
            #expect(timeline.text.contains { $0.hasPrefix("\(index + 1) aaa") && $0.contains("…") })
        }
    }

    @Test func thePictureSaysWhatItIs() throws {
        let svg = try Self.timeline(["a<b"], ready: [200]).svg
        for words in [
            "viewBox=\"0 0 ", "role=\"img\"", "<title id=\"title\">A launch of 1 domains", "<desc id=\"desc\">",
            "a&lt;b",
        ] {
            #expect(svg.contains(words), "\(words)")
        }
        for style in TimelineStyle.allCases {
            #expect(svg.contains("<pattern id=\"\(style.rawValue)\""))
            #expect(svg.contains(">\(style.word)</text>"))
        }
    }

    @Test func whoeverFailedOrCameLateIsRedFromThere() throws {
        let late = try Self.timeline(["a", "b"], unpaused: 100, end: 9000, ready: [200], timeout: 5)
        #expect(late.rows.map { $0.failedSince } == [nil, 5100])
        #expect(late.svg.contains("<title>failed or late 5.1 ms to 9.0 ms</title>"))
        #expect(late.svg.contains("Failed or late: b."))
        let failed = try Self.timeline(["a"], failed: 300)
        #expect(failed.rows[0].failedSince == 300)
        #expect(failed.text.contains { $0.contains("x") && $0.hasPrefix("1 a") })
        let good = try Self.timeline(["a"], end: 9000, ready: [4000], timeout: 5)
        #expect(good.rows[0].failedSince == nil && good.svg.contains("None failed."))
        // Ready at last, but too late.
        #expect(try Self.timeline(["a"], end: 9000, ready: [8000], timeout: 5).rows[0].failedSince == 5100)
    }

    @Test func oneLongWaitIsDrawnShort() throws {
        let scale = TimelineScale([10, 20, 30, 900_000], end: 900_010)
        #expect(scale.pause != nil)
        #expect(scale.place(30) > 0.2, "what came before the wait is seen")
        #expect(scale.place(0) == 0 && scale.place(900_010) > 0.999)
        let times: [UInt64] = [0, 10, 20, 30, 500_000, 900_000, 900_010]
        for (earlier, later) in zip(times, times.dropFirst()) { #expect(scale.place(earlier) < scale.place(later)) }
        #expect(TimelineScale([100, 200, 300], end: 400).pause == nil)
        #expect(try Self.timeline(["a"], end: 900_000, ready: [200]).svg.contains("drawn short"))
    }

    @Test func ticksAreRoundAndFew() {
        for end: UInt64 in [0, 1, 7, 99, 1000, 218_400, 5_000_000, 600_000_000, .max / 2] {
            let ticks = TimelineScale([end / 3, end / 2, end / 3 * 2], end: end).ticks
            #expect((1...12).contains(ticks.count), "\(end): \(ticks)")
        }
        #expect(TimelineScale([3000, 6000], end: 10_000).ticks == (0...10).map { $0 * 1000 })
    }

    @Test func nobodyLooksAtMoreThanFiveHundredRows() throws {
        let timeline = try Self.timeline((0..<600).map { "d\($0)" }, ready: [UInt64](repeating: 200, count: 600))
        #expect(timeline.svg.contains("and 100 more"))
        #expect(timeline.svg.contains(">500 d499<") && !timeline.svg.contains(">501 d500<"))
        #expect(timeline.text.contains("and 100 more domains"))
    }

    /// WCAG 2.2: relative luminance, and contrast 3:1 for what is not text.
    @Test func everyColourStandsOutAndIsToldApartInGrey() throws {
        func luminance(_ colour: String) throws -> Double {
            let channels = try stride(from: 1, to: 7, by: 2).map { start -> Double in
                let digits = colour.dropFirst(start).prefix(2)
                let value = Double(try #require(UInt8(digits, radix: 16))) / 255
                if value <= 0.04045 { return value / 12.92 }
                return pow((value + 0.055) / 1.055, 2.4)
            }
            return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
        }
        for style in TimelineStyle.allCases {
            let contrast = 1.05 / (try luminance(style.colour) + 0.05)
            #expect(contrast >= 3, "\(style): \(contrast)")
        }
        let strokes = TimelineStyle.allCases.map { $0.strokes }
        #expect(Set(strokes).count == strokes.count, "each has strokes of its own")
    }
}

// SPDX-License-Identifier: Apache-2.0

import LogReading
import Measurement
import Platform
import SimulatedPlatform
import Verification

extension LogReport {
    /// One page for a browser: no scripts, and nothing that is fetched from elsewhere.
    var page: String {
        let title = "A launch by DomB: \(replay.outcome.rawValue)"
        return
            ([
                "<!doctype html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\">",
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
                "<meta name=\"viewport\" content=\"width=device-width\">", "<title>\(title)</title>",
                "<style>\(Self.style)</style>", "</head>", "<body>", "<h1>\(title)</h1>",
                "<p class=\"\(isGood ? "good" : "bad")\">\(isGood ? "✓" : "✗") \(result).</p>",
                "<p>That is what the log says of itself. Whether a TPM says the same, <code>domb verify</code> tells.</p>",
                Self.table(["file", "bytes", "sha256"], [[path, "\(bytes.count)", digest]]),
            ] + findings + domains + values + records + ["</body>", "</html>"]).joined(separator: "\n") + "\n"
    }

    private var isGood: Bool { replay.outcome == .closed && replay.findings.isEmpty }

    private static let style = """
        body{font-family:sans-serif;margin:2em auto;max-width:70em;padding:0 1em;color:#212121;background:#fff}
        table{border-collapse:collapse;margin:1em 0}td,th{border:1px solid #757575;padding:.3em .6em;text-align:left;
        vertical-align:top;overflow-wrap:anywhere}th{background:#eee}td{font-family:monospace}
        .good{color:#1b5e20;font-weight:bold}.bad{color:#c62828;font-weight:bold}
        """

    private var findings: [String] {
        guard !replay.findings.isEmpty else { return [] }
        let rows = replay.findings.prefix(Excerpt.limit).map { ["\($0.record)", "\($0.text)"] }
        return ["<h2>It contradicts itself</h2>", Self.table(["record", "what is wrong"], rows)]
    }

    private var domains: [String] {
        let rows = reader.records.compactMap { record -> [String]? in
            guard case .event(.domain(let domain), _) = record.content else { return nil }
            return [
                "\(domain.domid.rawValue)", text(domain.name),
                hexadecimal(SwiftCryptoHash.digest(.sha256, of: record.data).bytes),
            ]
        }
        return ["<h2>Who was measured</h2>", Self.table(["domid", "name", "sha256 of its record"], rows)]
    }

    private var values: [String] {
        let rows = replay.values.map {
            ["\(reader.pcr.rawValue)", $0.algorithm.name.description, hexadecimal($0.bytes)]
        }
        return ["<h2>What the PCR was led to</h2>", Self.table(["PCR", "bank", "value"], rows)]
    }

    private var records: [String] {
        let rows = reader.records.enumerated().map { index, record in
            let (kind, details) = record.content.words
            return ["\(index + 1)", kind, details.joined(separator: "\n")]
        }
        return ["<h2>Every record</h2>", Self.table(["record", "kind", "what it says"], rows)]
    }

    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        func row(_ cells: [String], _ tag: String) -> String {
            "<tr>" + cells.map { "<\(tag)>\(escaped($0))</\(tag)>" }.joined() + "</tr>"
        }
        return (["<table>", row(head, "th")] + rows.map { row($0, "td") } + ["</table>"]).joined(separator: "\n")
    }

    /// Names are somebody else's: none of them becomes a part of the page.
    private static func escaped(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            inOneLine(String(line)).replacing("&", with: "&amp;").replacing("<", with: "&lt;")
                .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
        }
        return lines.joined(separator: "<br>")
    }
}

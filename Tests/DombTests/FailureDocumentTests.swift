// SPDX-License-Identifier: Apache-2.0

import Glibc
import Sequencer
import Testing

@testable import domb

@Suite struct FailureDocumentTests {
    /// The document says what the launch does. DOMB_UPDATE=1 writes it anew.
    @Test func theDocumentIsWrittenFromTheTable() throws {
        let path = Sandbox.examples + "/../docs/failures.md"
        let text = FailureDocument.text + "\n"
        if getenv("DOMB_UPDATE") != nil { try HostFile.write(Array(text.utf8), to: path) }
        #expect(String(decoding: try HostFile.read(path, limit: 1 << 20), as: UTF8.self) == text)
    }

    /// I1: whatever a domain wishes, nothing runs while one is not measured or the TPM has failed.
    @Test func whatMustHaltHalts() {
        for kind in FailurePolicy.Kind.allCases {
            #expect(FailurePolicy.answer(kind, .halt) == .halt)
        }
        #expect(FailurePolicy.answer(.tpm, .recover) == .halt && FailurePolicy.answer(.tpm, .skip) == .halt)
        #expect(FailurePolicy.answer(.measurement, .skip) == .halt)
    }
}

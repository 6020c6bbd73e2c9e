// SPDX-License-Identifier: Apache-2.0

/// The fuzzer's bytes as an array of their own.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzz([UInt8](UnsafeBufferPointer(start: start, count: count)))
    return 0
}

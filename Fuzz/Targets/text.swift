// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// The text form of DomB's settings, in the extended configuration of an otherwise good xLCM.
func fuzz(_ input: [UInt8]) {
    let text = Line("domb: ").bytes + input
    let padding = (4 - text.count % 4) % 4
    var entry: [UInt8] = []
    entry.append(littleEndian: 2, byteCount: 4)
    entry.append(littleEndian: UInt64(68 + text.count + padding), byteCount: 4)
    entry.append(littleEndian: 5, byteCount: 2)
    // Kernel 1, ramdisk 2; no permissions, functions or mode; handle "guest"; 64 MiB, four vcpus.
    entry += [1, 2] + [UInt8](repeating: 0, count: 16) + Line("guest").bytes + [UInt8](repeating: 0, count: 15)
    entry.append(littleEndian: 64 << 20, byteCount: 8)
    entry.append(littleEndian: 0, byteCount: 4)
    entry.append(littleEndian: 4, byteCount: 4)
    entry.append(littleEndian: UInt64(text.count), byteCount: 4)
    entry += text + [UInt8](repeating: 0, count: padding)
    var bytes = Line("xLCM").bytes
    bytes.append(littleEndian: UInt64(72 + entry.count), byteCount: 4)
    bytes += [UInt8](repeating: 0, count: 64) + entry
    _ = LCM.read(bytes, hashing: ZeroHash.self)
}

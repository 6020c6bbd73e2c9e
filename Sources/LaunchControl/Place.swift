// SPDX-License-Identifier: Apache-2.0

import Platform

/// Where something stands in an LCM, for errors.
struct Place {
    /// From the start of the LCM.
    let offset: Int
    /// A node's path, or what serves as one.
    let path: [UInt8]

    func error(_ code: ParseError.Code, of reference: [UInt8] = []) -> ParseError {
        ParseError(code, at: offset, place: path, reference: reference)
    }

    func error(_ code: ParseError.Code, _ property: Line, of reference: [UInt8] = []) -> ParseError {
        Place(offset: offset, path: path + [UInt8(ascii: ":")] + property.bytes).error(code, of: reference)
    }
}

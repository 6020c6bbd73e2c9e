// SPDX-License-Identifier: Apache-2.0

/// What one side says of something. A log cannot say everything that an LCM can, nor the other way round, and that is
/// something else than saying that there is none.
enum Said<Value: Equatable>: Equatable {
    case unsaid
    case said(Value)
}

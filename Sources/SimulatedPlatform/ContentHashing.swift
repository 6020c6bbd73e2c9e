// SPDX-License-Identifier: Apache-2.0

import Platform

/// Hashes content beside the launch, as a real platform's threads do.
public protocol ContentHashing: AnyObject {
    func begin(_ regions: [ContentRegion])
    /// `nil` for a region that is not being hashed.
    func digest(of region: ContentRegion) -> Digest?
    func end()
}

// SPDX-License-Identifier: Apache-2.0

import Measurement
import Platform

extension LaunchEvent {
    /// What ended the launch, or left a domain out.
    public struct ErrorRecord: Equatable, Sendable {
        /// LaunchFailure.Stage's number.
        public var stage: UInt8
        /// `nil` where it is about no domain.
        public var domid: DomainID?
        /// What the console said.
        public var text: [UInt8]

        public init(stage: UInt8, domid: DomainID?, text: [UInt8]) {
            self.stage = stage
            self.domid = domid
            self.text = text
        }

        /// The record as it is written.
        public var event: LaunchEvent { .error(stage: stage, domid: domid, text: text) }
    }
}

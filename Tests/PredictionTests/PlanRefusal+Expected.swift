// SPDX-License-Identifier: Apache-2.0

import Platform
import Sequencer

extension PlanRefusal {
    /// To compare with: by rule and domain.
    static func refused(_ code: Code, _ domid: DomainID? = nil) -> PlanRefusal {
        PlanRefusal(code, domid: domid, "")
    }

    /// Its words.
    var text: String { String(decoding: message.bytes, as: UTF8.self) }
}

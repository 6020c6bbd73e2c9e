// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// A boot without an LCM, if the command line allows it: closes the PCR, or the system that comes could extend into it what
    /// a good launch does. Where it cannot be closed nothing comes; where no TPM answers, the command line's least policy
    /// decides.
    public mutating func closeForClassicBoot() throws(LaunchFailure) {
        guard let path = arguments.classicInit else { throw LaunchFailure(.lcm, .noModule) }
        try LaunchFailure.during(.lcm) { () throws(PlanRefusal) in try arguments.checkNextInit(path) }
        switch recordFailure(LaunchFailure(.lcm, .noModule)) {
        case .closed: break
        case .noTPM(let error):
            guard arguments.leastTPMPolicy < .require else {
                throw LaunchFailure(.lcm, .refusal(.tpmRequired(error)))
            }
        case .open:
            let words: Line = """
                PCR \(arguments.pcr.rawValue) could not be closed: what comes could extend into it what a good launch does
                """
            throw LaunchFailure(.lcm, .refusal(PlanRefusal(.openPCR, words)))
        }
        host.journal.note("no LCM: classic boot")
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Sequencer

/// docs/failures.md, written from the table that a launch follows. A test compares the two.
enum FailureDocument {
    private static let wishes: [DomainConduct.OnFailure] = [.halt, .recover, .skip]

    static var text: String {
        let rows = FailurePolicy.Kind.allCases.map { kind in
            let answers = wishes.map { "\(FailurePolicy.answer(kind, $0))" }
            return "| \(kind.stage) | \(kind.meaning) | \(answers.joined(separator: " | ")) |"
        }
        return ([head] + rows + ["", tail]).joined(separator: "\n")
    }

    private static let head = """
        <!-- SPDX-License-Identifier: Apache-2.0 -->
        <!-- Written from FailurePolicy by FailureDocument: DOMB_UPDATE=1 swift test --filter FailureDocument -->
        # What follows a failure

        A domain's `domb,on-failure` is its wish: `halt` (the default), `recover` or `skip`. What follows a
        failure that is about a domain depends on the wish and on what failed; a failure that is about no
        domain ends the launch. `domb replay --fail` rehearses each.

        | stage | what failed | with `halt` | with `recover` | with `skip` |
        |---|---|---|---|---|
        """

    private static let tail = """
        ## halt

        Nothing more is unpaused. The error goes into log and PCR, and the cap where it is not there yet; the
        console tells the failure and which domains had been unpaused. Then `domb.end=` of the boot domain's
        command line happens:

        | `domb.end=` | the host | domains that run already |
        |---|---|---|
        | `poweroff` (default) | is powered off; halted by Xen where another domain has the hardware role | end with it |
        | `reboot` | starts again | end with it |
        | `hold` | stays, and so does the boot domain, inert | go on |

        Domains that are paused stay so until the host ends.

        Every failure comes to this one end, whatever stage it is of. Xen is asked who has the hardware role: only a boot
        domain that has it goes itself. Without it, and where Xen does not answer, it stays whatever the word is: its end
        could count as that of a good launch. Where Xen's command line names a late hardware domain, that one is shut
        down, and the host with it.

        domb-construct has no end of its own. It runs domb-init with what failed, which records that and ends as above;
        where it cannot, the boot domain stays. A handoff is the last step, and the TPM is open until it is taken: if it
        fails the error goes into log and PCR behind the cap, and the end is the same.

        ## recover

        Nothing more is unpaused but the Recovery Domain, and that only if its own record, the error and the
        cap were extended and read back from a TPM that was not reset. If it was not measured before the
        failure, it is measured first. Domains that run already go on; those that are paused stay so. Then
        DomB gives TPM and Xen back and stays, inert: its own end could count as that of a good launch, upon
        which a hypervisor unpauses whatever is paused.

        Where that cannot be (no TPM answers, the TPM fails, the Recovery Domain cannot be configured,
        measured or unpaused) the launch halts, with the failure that it had first. A log has one error
        record.

        ## skip

        The domain is left out, and so are all that depend on it, directly or not, whatever their own wish:
        they are never unpaused. One that runs already and was late, or stopped, is left as it is. The launch
        goes on, and ends with its handoff. When all is known the first failure in LCM order goes into log and
        PCR behind the cap: a verifier calls such a launch failed, since not everything that it attests runs.
        What is left out stays paused; it is destroyed by nobody.

        Where the handoff is `shutdown`, a domain with this wish that is ready once it is unpaused, and that nobody
        depends on, is unpaused by the hypercall that shuts the boot domain down (a multicall): nothing of DomB
        runs between. Xen goes on after an entry of it that fails, and nobody is left to see that: such a domain
        stays paused, all others run, the boot domain is gone, and log and PCR are those of a good launch. Who has
        to know of it asks the domain itself. No other domain is unpaused so: with `halt` or `recover` something
        would have to follow. Where another domain was left out before, there is no such multicall: all run, or
        are left out, before the failure goes into the log.

        An image that is not what the LCM expects can never be left out: nothing runs before every domain is
        measured.

        ## What a reader of the log sees

        | end | records | separator of the cap |
        |---|---|---|
        | complete | no error | good |
        | partial (`skip`) | the error behind the cap | good |
        | recovered, halted before the cap | the error before the cap | failed |
        | recovered, halted after the cap | the error behind the cap | good |
        """
}

extension FailurePolicy.Kind {
    fileprivate var stage: String {
        switch self {
        case .preparation: "prepare"
        case .construction: "construct"
        case .lcm: "lcm"
        case .facts: "facts"
        case .plan: "plan"
        case .configuration, .xenstore: "configure"
        case .measurement: "measure"
        case .tpm: "measure, cap, any"
        case .logDelivery: "cap"
        case .unpause: "unpause"
        case .timeout, .stopped, .events: "ready"
        case .handoff: "handoff"
        }
    }

    fileprivate var meaning: String {
        switch self {
        case .preparation: "console, mounts, kernel modules, the boot domain's own command line, confining PID 1"
        case .construction: "domb-construct could not build the domains, start xenstored or take its label"
        case .lcm: "the LCM is missing, damaged or malformed"
        case .facts: "Xen or the TPM cannot be asked"
        case .plan: "the plan is refused"
        case .configuration: "an operation on the domain failed, or Xen does not keep it"
        case .xenstore: "a node of xenstore, or the transaction that all domains share"
        case .measurement: "the domain cannot be measured, or is not what the LCM expects"
        case .tpm: "a TPM command failed, or the PCR is not what the log leads to, or the TPM was reset"
        case .logDelivery: "the log cannot be left in the domain's memory"
        case .unpause: "Xen refuses to unpause the domain"
        case .timeout: "the domain was not ready in time"
        case .stopped: "the domain shut down or died before it was ready"
        case .events: "Xen's events or xenstore cannot be had"
        case .handoff: "the boot domain's shutdown was refused, or the next init cannot be run"
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform
import Sequencer

/// What the log's own records say beside "measured": a good verdict is about no more than they allow.
extension LaunchVerifier {
    mutating func checkConditions() {
        checkPCRChoice()
        checkCommandLineWords()
        guard let configuration = content.configuration else { return }
        if configuration.tpmPolicy != .require {
            report(
                .tpmPolicy, .warning,
                "the LCM's TPM policy is \(configuration.tpmPolicy.name): without a TPM the same domains would have run, too"
            )
        }
        let partly = content.domains.map(\.record).filter { $0.coverage == .images }
        if !partly.isEmpty {
            report(
                .coverage, .warning,
                "coverage images: nobody looked at the other pages of \(list(partly.map { name($0) }))")
        }
        checkHost()
    }

    /// 0 to 9 are firmware's and the boot loader's, and anybody can reset 16 and 23: a log of them proves nothing,
    /// whatever was asked for. 17 to 22 count only after a dynamic launch: `checkDynamicLaunch`.
    private mutating func checkPCRChoice() {
        let wanted = evidence.pcr.rawValue
        if !log.pcr.mayHoldLaunch {
            report(
                .pcrChoice, .failed,
                "PCR \(pcr) proves nothing: 0 to 9 are the firmware's and the boot loader's, and anybody can reset 16 and 23",
                pcr: pcr)
        } else if pcr != wanted {
            report(
                .pcrChoice, .failed, "the log is of PCR \(pcr), and a log of PCR \(wanted) is wanted (--pcr)", pcr: pcr)
        }
        // A command's PCR is a word of its call.
        if let arguments, content.identity?.launcher == .bootDomain, arguments.pcr != log.pcr {
            report(
                .pcrChoice, .failed,
                "the boot domain's command line names PCR \(arguments.pcr.rawValue), and the log is of PCR \(pcr)",
                pcr: pcr)
        }
    }

    /// PCRs 17 to 22 hold ones until the processor's own launch sets them to zeros, and 20 to 22 can be set to zeros again
    /// from locality 2 (PC Client Platform TPM Profile 1.05, 4.6.2): PCR 17, which only that launch can start, has to be
    /// proven by its events. Any program can be launched so, also after DomB: what was, is in PCRs 17 and 18, whose values
    /// have to be those of a launch that was trusted.
    mutating func checkDynamicLaunch() {
        guard log.pcr.needsLocality, !evidence.logOnly else { return }
        let isProven =
            pcr != 17 && firmwarePCRs.contains(17)
            && evidence.firmwareLog.map { !coveringBanks(17, $0).isEmpty } == true
        guard !isProven else {
            for index in [17, 18] as [UInt8] where index != pcr { checkDynamicLaunch(as: index) }
            return
        }
        report(
            .pcrChoice, .failed,
            "PCR \(pcr) counts only after a dynamic launch: the firmware log has to have its events of PCR 17, and "
                + "\(evidence.quote == nil ? "the values" : "the quote") to prove them", pcr: pcr)
    }

    private mutating func checkDynamicLaunch(as index: UInt8) {
        let proven = HashAlgorithm.allCases.filter { evidence.isStrong($0) && provenValue($0, index) != nil }
        let known = proven.filter { evidence.baseline?.value($0, index) != nil }
        let isSame = known.allSatisfy { provenValue($0, index) == evidence.baseline?.value($0, index) }
        guard isSame, !known.isEmpty else {
            report(
                .pcrChoice, .failed,
                "PCR \(pcr) counts only after the dynamic launch of a program that is trusted: PCR \(index) has to be proven, "
                    + "and as at such a launch (--baseline)", pcr: index)
            return
        }
        report(
            .baseline, .ok, "PCR \(index), what the dynamic launch measured, is as at the launch that was trusted",
            pcr: index)
    }

    /// What the quote, or without one the values, say that the TPM holds.
    private func provenValue(_ bank: HashAlgorithm, _ index: UInt8) -> Digest? {
        guard let quote = evidence.quote else { return evidence.pcrs?.value(bank, index) }
        guard !quotedBanks.isEmpty, quote.quote.banks(selecting: index).contains(bank) else { return nil }
        return value(bank.rawValue, index, logValues: replay.values)
    }

    private mutating func checkCommandLineWords() {
        guard let identity = content.identity, identity.launcher == .bootDomain else { return }
        let change = CommandLineWords.programChange(
            xen: identity.xenCommandLine, bootDomain: identity.commandLine)
        if let change {
            report(
                .commandLineWords, .failed,
                "\"\(excerpt(change))\" on a command line has something else run than DomB, or lets somebody change what runs"
            )
        }
        guard let arguments else {
            report(
                .commandLineWords, .warning,
                "the boot domain's command line has a domb. word that is not known here: what it allows was not looked at"
            )
            return
        }
        if let pin = arguments.pinnedDigest, let lcm = content.lcm, pin != lcm {
            report(
                .pin, .failed,
                "the boot domain's command line pins the LCM \(hexadecimal(pin.bytes)), and the log is of "
                    + "\(hexadecimal(lcm.bytes)): no DomB would have launched it")
        }
    }

    private mutating func checkHost() {
        guard let identity = content.identity else { return }
        switch identity.securityMode {
        case .none: report(.xsm, .note, "no FLASK policy held the boot domain and the others to their operations")
        case .permissive:
            report(.xsm, .warning, "FLASK was permissive: it tells of what it does not allow, and allows it")
        case .enforcing: break
        }
        let hardware = content.domains.map(\.record).filter { $0.roles.contains(.hardware) }
        if !hardware.isEmpty, BootOptions.value(of: "dom0-iommu", in: identity.xenCommandLine) == Line("none").bytes {
            report(
                .dma, .warning,
                "dom0-iommu=none, and \(list(hardware.map { name($0) })) has the hardware role: its devices can write into "
                    + "any domain")
        }
    }

    func name(_ record: LaunchEvent.DomainRecord) -> String {
        "domain \(record.domid.rawValue) (\(excerpt(record.name)))"
    }

    /// A launch may have thousands of domains.
    private func list(_ names: [String]) -> String {
        names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
    }
}

extension LaunchVerifier {
    /// The boot domain's command line as DomB reads it; `nil` where it would not.
    static func arguments(_ identity: LaunchEvent.Identity?) -> LaunchArguments? {
        guard let identity else { return nil }
        do throws(LaunchArguments.ParseFailure) {
            return try LaunchArguments(parsing: identity.commandLine)
        } catch {
            return nil
        }
    }
}

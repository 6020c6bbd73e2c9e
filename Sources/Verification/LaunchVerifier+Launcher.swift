// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// Who wrote the log: without it the PCR proves that somebody extended it, not that DomB did.
extension LaunchVerifier {
    mutating func checkLauncher() {
        guard let firmware = evidence.firmwareLog else {
            guard !evidence.logOnly else { return }
            report(
                .firmwareLog, unproven,
                "launcher unproven: no firmware log says what ran before; whoever can extend the PCR can extend the same values"
            )
            return
        }
        checkForm(firmware)
        let covered = Self.launcherPCRs.map { coveringBanks($0, firmware) }
        for index in Self.launcherPCRs { checkFirmwarePCR(index, covered[Int(index)], firmware) }
        let trusted = checkBaseline(covered)
        var proof = LauncherProof<Hash>(
            firmware: firmware, files: evidence.launcherFiles, modules: evidence.launcherModules, covered: covered,
            trusted: trusted, identity: content.identity, lcm: content.lcm, pin: arguments?.pinnedDigest,
            isPredicted: isPredicted, unproven: unproven)
        proof.run()
        checks += proof.checks
    }

    private mutating func checkForm(_ firmware: FirmwareLog) {
        if firmware.paddingSize > 0 {
            report(
                .firmwareLog, .note,
                "\(firmware.paddingSize) bytes behind the last event of the firmware log are the rest of its area")
        }
        guard let stray = firmware.strayLocality else { return }
        report(
            .startLocality, unproven,
            "PCR 0: event \(stray.number) (offset \(stray.offset)) tells the locality of TPM2_Startup, which firmware does "
                + "once, before it extends PCR 0, and of 0, 3 or 4", pcr: 0)
    }

    /// PCRs 0 to 9 are the firmware's and the boot loader's (UAPI.7, TPM2 PCR measurements).
    static var launcherPCRs: ClosedRange<UInt8> { 0...9 }

    var unproven: Check.Status { evidence.withoutLauncher ? .warning : .failed }

    /// The banks in which the evidence proves the PCR's value, and the log leads to it. With a quote only what it covers
    /// counts: values from a file beside it are nobody's word.
    func coveringBanks(_ index: UInt8, _ firmware: FirmwareLog) -> [HashAlgorithm] {
        firmware.banks.filter { bank in
            guard evidence.isStrong(bank), index != pcr, let replayed = firmwareValue(bank, index) else { return false }
            guard let quote = evidence.quote else { return evidence.pcrs?.value(bank, index) == replayed }
            return !quotedBanks.isEmpty && quote.quote.banks(selecting: index).contains(bank)
        }
    }

    /// Which PCRs count is not the attester's choice: each must be proven.
    private mutating func checkFirmwarePCR(_ index: UInt8, _ banks: [HashAlgorithm], _ firmware: FirmwareLog) {
        let wrong = firmware.banks.filter { bank in
            guard let held = evidence.pcrs?.value(bank, index), let replayed = firmwareValue(bank, index) else {
                return false
            }
            return held != replayed
        }
        if let bank = wrong.first {
            report(
                .firmwarePCR, .failed,
                "PCR \(index): the firmware log does not lead to its value in \(names(wrong))", pcr: index, bank: bank)
        } else if banks.isEmpty {
            report(.firmwarePCR, unproven, "PCR \(index): \(whyUnproven(index, firmware))", pcr: index)
        } else if isWithoutSeparator(index, banks, firmware) {
            report(
                .separator, unproven,
                "PCR \(index): no separator of the firmware is in it: no firmware that measures began this boot, or it "
                    + "told of an error", pcr: index)
        } else {
            report(
                .firmwarePCR, .ok, "PCR \(index): the firmware log leads to its value in \(names(banks))", pcr: index,
                bank: banks.first)
        }
    }

    private func whyUnproven(_ index: UInt8, _ firmware: FirmwareLog) -> String {
        let weak = firmware.banks.contains(.sha1) && !evidence.allowSHA1
        guard let quote = evidence.quote else {
            return weak && evidence.pcrs?.value(.sha1, index) != nil
                ? "known in sha1 alone, of which a second file with the same digest can be made (--allow-sha1)"
                : "no value of it is given in a bank of the firmware log"
        }
        if quotedBanks.isEmpty { return "the quote proves nothing" }
        return weak && quote.quote.banks(selecting: index) == [.sha1]
            ? "quoted in sha1 alone, of which a second file with the same digest can be made (--allow-sha1)"
            : "the quote does not select it in a bank of the firmware log"
    }

    /// Firmware ends each of its own PCRs by one before it starts a boot loader; 8 and 9 are the boot loader's.
    private func isWithoutSeparator(_ index: UInt8, _ banks: [HashAlgorithm], _ firmware: FirmwareLog) -> Bool {
        guard index <= 7 else { return false }
        return !firmware.events.contains { event in
            event.isExtended && event.pcr == UInt32(index)
                && KnownEvent.isSeparator(event, in: banks, hashing: Hash.self)
        }
    }

    /// Firmware's code (0, 2), its configuration (1, 3) and the Secure Boot policy (7) stay the same from one boot to the
    /// next; 4, 5, 8 and 9 follow from what is booted, 6 is the manufacturer's (systemd-pcrlock's components
    /// firmware-code, firmware-config, secureboot-policy and secureboot-authority).
    private mutating func checkBaseline(_ covered: [[HashAlgorithm]]) -> [UInt8] {
        guard let baseline = evidence.baseline else {
            report(
                .baseline, .note,
                "the firmware was compared with nothing: PCRs 0 to 7 only agree with their own log (--baseline)")
            return []
        }
        var trusted: [UInt8] = []
        for index in [0, 1, 2, 3, 7] as [UInt8] where !covered[Int(index)].isEmpty {
            let known = covered[Int(index)].filter { baseline.value($0, index) != nil }
            let other = known.first { firmwareValue($0, index) != baseline.value($0, index) }
            if let bank = other {
                let (now, then) = (firmwareValue(bank, index), baseline.value(bank, index))
                report(
                    .baseline, unproven,
                    "PCR \(index) in \(bank.name) is \(hexadecimal(now?.bytes ?? [])), and was "
                        + "\(hexadecimal(then?.bytes ?? [])) at the boot that was trusted", pcr: index, bank: bank)
            } else if known.isEmpty {
                report(
                    .baseline, unproven, "PCR \(index): the baseline has no value in a bank that is proven", pcr: index)
            } else {
                trusted.append(index)
            }
        }
        if !trusted.isEmpty {
            let list = trusted.map { "\($0)" }.joined(separator: ", ")
            report(.baseline, .ok, "PCRs \(list) are as at the boot that was trusted")
        }
        return trusted
    }
}

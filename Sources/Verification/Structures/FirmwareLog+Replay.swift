// SPDX-License-Identifier: Apache-2.0

import Platform

extension FirmwareLog {
    /// What the log leads to, in one bank: PCR 0 to 23. `nil` where an event of the PCR has no digest for the bank.
    public func values<Hash: ContentHash>(
        _ bank: HashAlgorithm, hashing: Hash.Type
    ) -> [Platform.Digest?] {
        var values: [[UInt8]?] = (0..<PCRIndex.count).map { startValue($0, bank) }
        for event in events where event.isExtended {
            guard let index = Int(exactly: event.pcr), values.indices.contains(index), let value = values[index] else {
                continue
            }
            values[index] = event.digest(bank).map { Hash.digest(bank, of: value + $0).bytes }
        }
        return values.map { value in value.flatMap { Platform.Digest(bank, bytes: $0) } }
    }

    public func hasEvents(_ pcr: UInt8) -> Bool { events.contains { $0.isExtended && $0.pcr == UInt32(pcr) } }

    /// 17 to 22 hold ones until a dynamic launch sets them to zeros (PC Client Platform TPM Profile 1.05, 4.6.2), which
    /// events in them tell of.
    private func startValue(_ pcr: UInt8, _ bank: HashAlgorithm) -> [UInt8] {
        let isDynamic = (17...22).contains(pcr) && !hasEvents(pcr)
        var value = [UInt8](repeating: isDynamic ? 0xFF : 0, count: bank.digestSize)
        if pcr == 0 { value[bank.digestSize - 1] = startLocality }
        return value
    }

    /// From the event "StartupLocality" of PCR 0 (16 bytes of signature, one byte), which comes before everything that is
    /// extended there; or, where it is missing, 4 if the H-CRTM's event is the first (PFP 1.06, 10.4.5.3 and 3.3.4.1).
    /// coreboot writes zeros behind that byte. And the first such event that cannot be followed.
    static func startLocality(_ events: [Event]) -> (value: UInt8, stray: Event?) {
        var locality: UInt8?
        var stray: Event?
        var hasExtends = false
        var fromHardware = false
        for event in events where event.pcr == 0 {
            if event.isExtended {
                if !hasExtends, event.type == EventType.hardwareCoreRootOfTrust { fromHardware = true }
                hasExtends = true
            } else if event.data.starts(with: signature("StartupLocality")) {
                // The profile has localities 0, 3 and 4 only.
                if !hasExtends, locality == nil, let told = event.data.dropFirst(16).first, [0, 3, 4].contains(told) {
                    locality = told
                } else if stray == nil {
                    stray = event
                }
            }
        }
        return (locality ?? (fromHardware ? 4 : 0), stray)
    }
}

// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Measurement
import Platform

extension Machine where Host: ~Copyable, TPM: ~Copyable {
    /// Leaves the capped log where the domain wants it, before any runs.
    mutating func deliverLog(_ plan: LaunchPlan, _ index: Int) throws(LaunchFailure) {
        let domain = plan.lcm.domains[index]
        guard order.states[index] != .skipped, let place = domain.logRegion else { return }
        do throws(MeasurementError) {
            try writeLog(domain.domid, place)
        } catch {
            return try skipOrThrow(LaunchFailure(.cap, domid: domain.domid, .measurement(error)), plan, index)
        }
        logRegions.append((domain.domid, place))
    }

    /// After an error: domains that do not run yet get the longer log. What cannot be written is told.
    mutating func deliverLogAgain() {
        for (domid, place) in logRegions where !unpaused.contains(domid) {
            do throws(MeasurementError) {
                try writeLog(domid, place)
            } catch {
                host.journal.note("the log of the failure could not be left with domain \(domid): \(error.message)")
            }
        }
    }

    /// docs/lcm.md: magic, length, log.
    private mutating func writeLog(_ domid: DomainID, _ place: Segment) throws(MeasurementError) {
        guard let log = recorder?.log.bytes else { throw .notCapped }
        var bytes = Line("DOMB LOG").bytes
        bytes.append(littleEndian: UInt64(log.count), byteCount: 8)
        bytes += log
        guard UInt64(bytes.count) <= place.byteCount else {
            throw .logRegionTooSmall(needed: UInt64(bytes.count), room: place.byteCount)
        }
        do throws(HypercallError) {
            try host.write(domid, at: place.address, bytes)
        } catch {
            throw .hypercall(error)
        }
    }
}

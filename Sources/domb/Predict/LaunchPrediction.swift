// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import LogReading
import Measurement
import Platform
import Prediction
import Sequencer
import SimulatedPlatform

/// What a launch of files leads to.
struct LaunchPrediction {
    let file: LaunchControlFile
    let identity: LaunchEvent.Identity
    let log: [UInt8]
    let domains: [PredictedLaunch.Domain]
    let reader: EventLogReader
    /// The PCR in each bank.
    let values: [Digest]

    init(
        _ file: LaunchControlFile, identity: LaunchEvent.Identity, model: DomainBuilder.Model, nextInit: [UInt8]?,
        modules: ModuleFiles, host: PredictedLaunch.Host
    ) throws(CommandFailure) {
        self.file = file
        self.identity = identity
        let next = try Self.nextInit(nextInit, file, identity.launcher)
        var builder = DomainBuilder(
            file, modules: modules, model: model, xenCommandLine: identity.xenCommandLine, cpus: host.cpus)
        let built = try builder.buildAll()
        do throws(LaunchFailure) {
            let predicted = try PredictedLaunch(
                file.received(file.lcm), identity, nextInit: next, domains: built, on: host)
            (log, domains) = (predicted.log, predicted.domains)
        } catch {
            throw .refusal(builder.explanation(of: error))
        }
        (reader, values) = try Self.read(log)
    }

    private static func nextInit(
        _ content: [UInt8]?, _ file: LaunchControlFile, _ launcher: LaunchEvent.Identity.Launcher
    ) throws(CommandFailure) -> Surroundings.NextInit? {
        guard launcher == .bootDomain else {
            guard content == nil else { throw .refusal("\(file.path): --next-init, and a command hands nothing over") }
            return nil
        }
        guard file.lcm.settings.handoff == .execute else {
            guard content == nil else { throw .refusal("\(file.path): --next-init, and its handoff is not exec") }
            return nil
        }
        let target = file.lcm.settings.handoffTarget ?? []
        guard let content else {
            throw .noInput("\(file.path): its handoff is exec: --next-init FILE is needed, the \(text(target)) to be")
        }
        return Surroundings.NextInit(
            path: target, byteCount: UInt64(content.count), digest: SwiftCryptoHash.digest(.sha256, of: content))
    }

    /// The log, read as everybody reads it.
    private static func read(_ log: [UInt8]) throws(CommandFailure) -> (EventLogReader, [Digest]) {
        let reader: EventLogReader
        do throws(LogError) {
            reader = try EventLogReader(parsing: log)
        } catch {
            throw .internalError("the predicted log cannot be read: \(error.code.text)")
        }
        let replay = LogReplay(reader, hashing: SwiftCryptoHash.self)
        guard replay.findings.isEmpty, replay.outcome == .closed else {
            throw .internalError("the predicted log is not that of a good launch")
        }
        return (reader, replay.values)
    }
}

// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LaunchControl
import Platform
import Prediction

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Print the PCR that a launch will lead to, before any boot and without a TPM.",
        discussion: """
            The code that launches runs here on a simulated host, over domains that hold what domb-construct puts into \
            them. A description (.yaml) says all that is asked for: command lines, Xen, images; domb-init is the \
            initramfs' own, or the package's. Exit code 1: the launch would fail, or the Xen is not known; 66: a boot \
            module is missing. docs/predict.md says what may change a prediction.
            """)

    @OptionGroup var modules: BootModuleFiles
    @OptionGroup(title: "Identity") var identity: IdentityOptions
    @OptionGroup(title: "Release") var release: ReleaseOptions
    @OptionGroup(title: "Builder") var builder: BuilderOptions
    @Option(
        help:
            "With handoff exec: the next init, as it will lie in the boot domain's initramfs. (default: a description's own)",
        completion: .file())
    var nextInit: String?
    @Option(help: "Online physical cpus. (default: as many as the affinities need)")
    var cpus: UInt32?
    @Option(help: "A bank of the TPM; may be repeated. (default: all four; sha256 for tpm2-policy)")
    var bank: [AssumedHost.Bank] = []
    @Option(help: "What to write.")
    var format = PredictionFormat.table
    @Flag(help: "The same as --format json: schema domb-predict, version 1.")
    var json = false
    @Option(help: "The file to write; - is standard output.", completion: .file())
    var output = "-"
    @Argument(help: "The LCM, or what it is compiled from.", completion: .file())
    var lcm: String

    func validate() throws {
        guard !json || format == .table || format == .json else {
            throw ValidationError("--json and --format \(format.rawValue) contradict each other")
        }
        guard format != .policy || bank.count <= 1 else {
            throw ValidationError("--format tpm2-policy: a policy of one bank")
        }
        guard format != .log || output != "-" else { throw ValidationError("--format log needs --output FILE") }
    }

    func run() throws {
        try HostFile.write(try prediction().written(as: json ? .json : format), to: output)
    }

    func prediction() throws -> LaunchPrediction {
        let launch = try CompiledLaunch(reading: lcm, images: modules.images)
        let file = launch.file
        file.noteUnknownProperties()
        let described = launch.described.map { DescribedIdentity($0) }
        let identity = try identity.completed(by: described, lcm).identity()
        let model =
            try builder.model(for: file, xenVersion: identity.xenVersion)
            ?? .construct(try release.releases(identity.xenVersion, program: try program(described)))
        return try LaunchPrediction(
            file, identity: identity, model: model, nextInit: try nextInit(file, described),
            modules: try ModuleFiles(modules, launch),
            host: PredictedLaunch.Host(banks: banks, cpus: HostResources(neededBy: file.lcm, cpus: cpus).cpus))
    }

    /// The one whose build id is measured, where it is a file.
    private func program(_ described: DescribedIdentity?) throws(CommandFailure) -> (name: String, content: [UInt8])? {
        if let path = identity.dombInit { return (path, try HostFile.read(path, limit: 1 << 28)) }
        guard identity.identityFrom == nil, identity.buildID == nil else { return nil }
        return try described?.program()
    }

    private func nextInit(
        _ file: LaunchControlFile, _ described: DescribedIdentity?
    ) throws(CommandFailure) -> [UInt8]? {
        if let nextInit { return try HostFile.read(nextInit, limit: 1 << 30) }
        guard file.lcm.settings.handoff == .execute, !identity.isCommand else { return nil }
        return try described?.nextInit(text(file.lcm.settings.handoffTarget ?? []))
    }

    private var banks: [HashAlgorithm] {
        guard bank.isEmpty else { return bank.map { $0.algorithm } }
        return format == .policy ? [.sha256] : HashAlgorithm.allCases
    }
}

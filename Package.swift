// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// Without DOMB_DEPS the package is the core, the simulation and the host tool: nothing of Xen or tss2 is needed.
// With it (the Makefile sets it to the folder that rig/deps fills) the PID 1 programs are there too.
let deps = Context.environment["DOMB_DEPS"].flatMap { $0.isEmpty ? nil : $0 }

let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .treatWarning("EmbeddedRestrictions", as: .error),
]
// SwiftPM 6.3.1 links a trait-conditional .enableExperimentalFeature("Embedded") as Embedded even with the trait
// off; unsafeFlags does what it says.
let embeddedFlags = ["-enable-experimental-feature", "Embedded"]
// The tests run hundreds of thousands of launches, and the mutants run the tests: as debug code that takes four times as
// long. The tests themselves stay debug code, and so do assertions what they are there.
let quick: [SwiftSetting] = [.unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))]
let core: [SwiftSetting] =
    strict + quick + [
        .unsafeFlags(
            embeddedFlags + ["-wmo", "-Osize", "-Xfrontend", "-function-sections"], .when(traits: ["EmbeddedInit"])),
        // The core is generic over the platform: as ordinary Swift it is specialised for one in another module so alone.
        .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
    ]

let plainC = ["-Wall", "-Wextra", "-Werror", "-ffunction-sections", "-Os"]

var products: [Product] = [
    .executable(name: "domb", targets: ["domb"]), .executable(name: "domb-modelcheck", targets: ["DomBModelCheck"]),
]
var targets: [Target] = [
    .target(name: "Platform", swiftSettings: core),
    .target(name: "LaunchControl", dependencies: ["Platform"], swiftSettings: core),
    .target(name: "BuilderModel", dependencies: ["LaunchControl", "Platform"], swiftSettings: core),
    .target(name: "Measurement", dependencies: ["LaunchControl", "Platform"], swiftSettings: core),
    .target(name: "ConfigApply", dependencies: ["LaunchControl", "Platform"], swiftSettings: core),
    .target(
        name: "Sequencer", dependencies: ["Measurement", "ConfigApply", "LaunchControl", "Platform"],
        swiftSettings: core),
    .target(name: "LaunchCommand", dependencies: ["Sequencer", "Measurement", "Platform"], swiftSettings: core),
    .target(
        name: "SimulatedPlatform",
        dependencies: [
            "Measurement", "LaunchControl", "Platform", .product(name: "Crypto", package: "swift-crypto"),
        ],
        swiftSettings: quick + [.strictMemorySafety(), .treatAllWarnings(as: .error)]),
    .target(
        name: "LogReading", dependencies: ["Measurement", "LaunchControl", "Platform"],
        swiftSettings: quick + [.strictMemorySafety(), .treatAllWarnings(as: .error)]),
    .target(
        name: "Prediction",
        dependencies: [
            "BuilderModel", "Sequencer", "Measurement", "LaunchControl", "SimulatedPlatform", "Platform",
        ],
        swiftSettings: quick + [.strictMemorySafety(), .treatAllWarnings(as: .error)]),
    .target(
        name: "Verification",
        dependencies: [
            "LogReading", "Sequencer", "Measurement", "LaunchControl", "Platform",
            .product(name: "Crypto", package: "swift-crypto"), .product(name: "CryptoExtras", package: "swift-crypto"),
            .product(name: "SwiftASN1", package: "swift-asn1"),
        ],
        swiftSettings: quick + [.strictMemorySafety(), .treatAllWarnings(as: .error)]),
    .executableTarget(
        name: "domb",
        dependencies: [
            "BuilderModel", "Prediction", "Verification", "LogReading", "Sequencer", "Measurement", "ConfigApply",
            "LaunchControl", "SimulatedPlatform", "Platform",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
            .product(name: "Yams", package: "Yams"),
        ],
        swiftSettings: quick + [.strictMemorySafety(), .treatAllWarnings(as: .error)]),
    .executableTarget(
        name: "DomBModelCheck",
        dependencies: [
            "Prediction", "LogReading", "Sequencer", "Measurement", "LaunchControl", "SimulatedPlatform", "Platform",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ],
        swiftSettings: quick + [.strictMemorySafety(), .treatAllWarnings(as: .error)]),
    .target(name: "CLinuxShim", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
    .target(name: "LinuxBindings", dependencies: ["Platform", "CLinuxShim"], swiftSettings: core),
    .target(name: "CCryptoShim", cSettings: [.unsafeFlags(plainC)]),
    .target(name: "CHashWorkers", dependencies: ["CCryptoShim"], cSettings: [.unsafeFlags(plainC)]),
    .target(name: "CryptoBindings", dependencies: ["Platform", "CCryptoShim", "CHashWorkers"], swiftSettings: core),
    .target(name: "TestSupport", dependencies: ["LaunchControl", "Platform"], path: "Tests/TestSupport"),
    .testTarget(name: "PlatformTests", dependencies: ["Platform"]),
    .testTarget(name: "LinuxBindingsTests", dependencies: ["LinuxBindings", "Platform", "SimulatedPlatform"]),
    .testTarget(
        name: "CryptoBindingsTests", dependencies: ["CryptoBindings", "CHashWorkers", "Platform", "SimulatedPlatform"],
        linkerSettings: [.linkedLibrary("crypto")]),
    .testTarget(
        name: "LaunchControlTests", dependencies: ["LaunchControl", "Platform", "SimulatedPlatform", "TestSupport"]),
    .testTarget(
        name: "DombTests",
        dependencies: [
            "domb", "Prediction", "BuilderModel", "Verification", "LogReading", "Measurement", "LaunchControl",
            "Platform",
            "Sequencer",
            "SimulatedPlatform", "TestSupport",
        ]),
    .testTarget(
        name: "LogReadingTests",
        dependencies: ["LogReading", "Measurement", "LaunchControl", "Platform", "SimulatedPlatform"]),
    .testTarget(
        name: "VerificationTests",
        dependencies: [
            "Verification", "LogReading", "Measurement", "LaunchControl", "Platform", "SimulatedPlatform",
            .product(name: "Crypto", package: "swift-crypto"),
        ]),
    .testTarget(
        name: "MeasurementTests", dependencies: ["Measurement", "LaunchControl", "Platform", "SimulatedPlatform"]),
    .testTarget(
        name: "ConfigApplyTests",
        dependencies: ["ConfigApply", "LaunchControl", "Platform", "SimulatedPlatform", "TestSupport"]),
    .testTarget(
        name: "PredictionTests",
        dependencies: [
            "Prediction", "BuilderModel", "LogReading", "Measurement", "LaunchControl", "Platform", "Sequencer",
            "SimulatedPlatform",
        ]),
    .testTarget(
        name: "SequencerTests",
        dependencies: [
            "LaunchCommand", "Sequencer", "ConfigApply", "Measurement", "LaunchControl", "Platform",
            "SimulatedPlatform", "TestSupport",
        ]),
]

if let deps {
    // Of which Xen the libraries are: DOMB_XEN=xen417 for Xen 4.17, the name that rig/deps/xen-own.sh gives for another.
    let xenRoot = "\(deps)/\(Context.environment["DOMB_XEN"] ?? "xen")"
    // rig/deps/xen-release.sh writes xen_release.h.
    let include = ["-I\(xenRoot)/usr/include", "-I\(xenRoot)/domb", "-I\(deps)/tss2/include"]
    let c: [CSetting] = [.unsafeFlags(include + plainC)]
    let bindings = core + [.unsafeFlags(include.flatMap { ["-Xcc", $0] })]
    let xen = "\(xenRoot)/usr/lib/x86_64-linux-gnu"
    let tss2 = "\(deps)/tss2/lib"
    let xenArchives = [
        "ctrl", "foreignmemory", "call", "evtchn", "gnttab", "devicemodel", "store", "toolcore", "toollog",
    ].map { "\(xen)/libxen\($0).a" }

    let launchArchives =
        xenArchives + ["sys", "mu", "tcti-device"].map { "\(tss2)/libtss2-\($0).a" }
        + ["/usr/lib/x86_64-linux-gnu/libcrypto.a"]

    // What libxenguest unpacks kernels with: rig/deps/xen-own.sh asks the archive, these are what Debian's wants.
    let unpackers = (Context.environment["DOMB_XEN_LIBRARIES"] ?? "-lz -llzma -lbz2 -lzstd -llzo2 -luuid")
        .split(separator: " ").map { String($0) }

    func linked(_ archives: [String]) -> [LinkerSetting] {
        let group = ["-Xlinker", "--start-group"] + archives + ["-lm", "-Xlinker", "--end-group"]
        let hardening = [
            "-Xlinker", "--gc-sections", "-Xlinker", "--build-id=sha1", "-Xlinker", "-z", "-Xlinker", "noexecstack",
            // CXenInterface has what libxencall's calls go through.
            "-Xlinker", "--wrap=xencall1",
        ]
        return [
            .unsafeFlags(["-static-executable"] + group + hardening, .when(traits: ["StaticInit"])),
            .unsafeFlags(
                embeddedFlags + ["-Xclang-linker", "-static"] + group + hardening,
                .when(traits: ["EmbeddedInit"])),
        ]
    }

    products += [
        .executable(name: "domb-init", targets: ["DomBInit"]),
        .executable(name: "domb-launch", targets: ["DomBLaunch"]),
        .executable(name: "domb-construct", targets: ["DomBConstruct"]),
        .executable(name: "domb-rehearse", targets: ["DomBRehearse"]),
    ]
    targets += [
        .target(name: "CIsoc23", cSettings: c),
        .target(name: "CXenInterface", cSettings: c),
        .target(name: "XenAgreement", dependencies: ["Platform", "CXenInterface"], swiftSettings: bindings),
        .target(name: "CXenShim", dependencies: ["CIsoc23", "CHashWorkers", "CXenInterface"], cSettings: c),
        .target(
            name: "XenBindings",
            dependencies: [
                "Measurement", "Platform", "XenAgreement", "CXenShim", "CXenInterface", "CHashWorkers",
                "CryptoBindings",
            ],
            swiftSettings: bindings),
        .target(name: "CTSSShim", cSettings: c),
        .target(name: "TPMBindings", dependencies: ["Platform", "CTSSShim"], swiftSettings: bindings),
        .target(name: "CUnreached", cSettings: c),
        .target(
            name: "FaultInjection", dependencies: ["LinuxBindings", "TPMBindings", "Platform"], swiftSettings: bindings),
        .executableTarget(
            name: "DomBInit",
            dependencies: [
                "Sequencer", "LaunchControl", "Platform", "XenBindings", "TPMBindings", "CryptoBindings",
                "LinuxBindings", .target(name: "FaultInjection", condition: .when(traits: ["FaultInjection"])),
                // The whole Swift runtime uses streams and locales.
                .target(name: "CUnreached", condition: .when(traits: ["EmbeddedInit"])),
            ],
            swiftSettings: bindings + [.define("DOMB_FAULT", .when(traits: ["FaultInjection"]))],
            linkerSettings: linked(launchArchives)),
        .target(name: "CLaunchShim", dependencies: ["CLinuxShim"], cSettings: c),
        .executableTarget(
            name: "DomBLaunch",
            dependencies: [
                "LaunchCommand", "Sequencer", "LaunchControl", "Platform", "XenBindings", "TPMBindings",
                "CryptoBindings", "LinuxBindings", "CLaunchShim",
                .target(name: "CUnreached", condition: .when(traits: ["EmbeddedInit"])),
            ],
            swiftSettings: bindings, linkerSettings: linked(launchArchives)),
        .executableTarget(
            name: "DomBRehearse",
            dependencies: [
                "Sequencer", "Measurement", "LaunchControl", "SimulatedPlatform", "Platform", "TPMBindings",
                "CTSSShim", "CryptoBindings", "CHashWorkers",
            ],
            swiftSettings: [
                .strictMemorySafety(), .treatAllWarnings(as: .error),
                .unsafeFlags(include.flatMap { ["-Xcc", $0] }),
            ],
            linkerSettings: [
                .unsafeFlags(
                    ["sys", "mu", "tcti-swtpm", "tcti-device"].map { "\(tss2)/libtss2-\($0).a" }
                        + ["/usr/lib/x86_64-linux-gnu/libcrypto.a"])
            ]),
        .target(name: "CXenGuestShim", dependencies: ["CIsoc23", "CXenInterface"], cSettings: c),
        .target(name: "CConstructShim", dependencies: ["CLinuxShim"], cSettings: c),
        .executableTarget(
            name: "DomBConstruct",
            dependencies: [
                "BuilderModel", "LaunchControl", "Platform", "LinuxBindings", "CryptoBindings", "XenAgreement",
                "CXenGuestShim",
                "CConstructShim", "CLinuxShim",
            ],
            swiftSettings: bindings,
            // Whole, since libxenguest's loaders register themselves by constructors that nobody calls. All by -Xlinker:
            // swiftc would put plain archives before every linker option, and so outside of --whole-archive.
            linkerSettings: linked(
                (["--whole-archive", "\(xen)/libxenguest.a", "--no-whole-archive"] + xenArchives
                    + unpackers + ["/usr/lib/x86_64-linux-gnu/libcrypto.a"])
                    .flatMap { ["-Xlinker", $0] })),
    ]
}

let package = Package(
    name: "domb",
    products: products,
    traits: [
        .trait(name: "EmbeddedInit", description: "The PID 1 programs as Embedded Swift, static: what ships."),
        .trait(name: "StaticInit", description: "The same programs as ordinary Swift, static: what CI compares."),
        .trait(
            name: "FaultInjection", description: "A domb-init for the rig that dies where it is told to. Never shipped."
        ),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: targets,
    swiftLanguageModes: [.v6]
)

// SPDX-License-Identifier: Apache-2.0

// A test build only (trait FaultInjection): a domb-init that dies on purpose, so that the rig can show that a dead boot
// domain unpauses nothing.
#if DOMB_FAULT
    import LinuxBindings
    import Platform
    import TPMBindings

    /// Where the word domb.fault= of the command line wants the trap.
    enum FaultPoint {
        case before, between, after
        /// Not a trap: a Linux call that DomB has no use for once it is set up.
        case call

        private static let key = Line("domb.fault=").bytes

        init?(_ commandLine: [UInt8]) {
            for word in commandLine.split(separator: UInt8(ascii: " ")) where word.starts(with: Self.key) {
                let value = [UInt8](word.dropFirst(Self.key.count))
                for (name, point) in [
                    ("before" as StaticString, Self.before), ("between", .between), ("after", .after), ("call", .call),
                ]
                where Line(name).bytes == value {
                    self = point
                    return
                }
            }
            return nil
        }

        static func removed(from commandLine: [UInt8]) -> [UInt8] {
            let words = commandLine.split(separator: UInt8(ascii: " ")).filter { !$0.starts(with: key) }
            return [UInt8](words.joined(separator: [UInt8(ascii: " ")]))
        }
    }

    /// The real TPM, with a trap before the first, between two, or after the last extend.
    struct FaultingStore: MeasurementStore, ~Copyable {
        private var store: TSS2MeasurementStore
        private let point: FaultPoint?
        private var extends = 0

        init(device: StaticString) {
            store = TSS2MeasurementStore(device: device)
            do throws(SystemError) {
                point = FaultPoint(try KernelCommandLine.read())
            } catch {
                point = nil
            }
        }

        mutating func activeBanks(pcr: PCRIndex) throws(TPMError) -> [UInt16] { try store.activeBanks(pcr: pcr) }

        mutating func identity() throws(TPMError) -> TPMIdentity { try store.identity() }

        mutating func resetCounts() throws(TPMError) -> TPMResetCounts { try store.resetCounts() }

        mutating func testResult() throws(TPMError) -> UInt32 { try store.testResult() }

        mutating func setLocality(_ locality: UInt8) throws(TPMError) { try store.setLocality(locality) }

        mutating func extend(_ pcr: PCRIndex, _ digests: [Digest]) throws(TPMError) {
            if point == .before { fatalError() }
            if point == .call { Self.loadModule() }
            if point == .between, extends == 2 { fatalError() }
            try store.extend(pcr, digests)
            extends += 1
        }

        private static func loadModule() {
            do throws(SystemError) { try KernelModules.loadAll(from: "/lib/domb/modules") } catch {}
        }

        mutating func read(_ pcr: PCRIndex, banks: [HashAlgorithm]) throws(TPMError) -> [Digest] {
            if point == .after { fatalError() }
            return try store.read(pcr, banks: banks)
        }
    }
#endif

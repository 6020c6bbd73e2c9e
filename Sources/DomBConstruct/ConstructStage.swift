// SPDX-License-Identifier: Apache-2.0

import BuilderModel
import CryptoBindings
import LaunchControl
import LinuxBindings
import Platform

/// The stages of the construct program, which stands in for a hypervisor that builds the initial domains itself.
struct ConstructStage {
    private var journal: ConsoleJournal
    private var consoleFailure: SystemError?
    private var commandLine: [UInt8] = []

    init() {
        var failure: SystemError?
        journal = ConsoleJournal(prefix: "domb-construct", &failure)
        consoleFailure = failure
    }

    /// Becomes domb-init, whatever happens: what failed here, that one records, and it ends the boot.
    mutating func run() -> Never {
        do throws(ConstructFailure) {
            try prepare()
            if let lcm = try lcm() { try build(lcm) }
            if let line = try BootLabel(commandLine).take() { journal.note(line) }
        } catch {
            tell(error)
            // Should it be the label that failed, the boot ends without.
            do throws(ConstructFailure) { _ = try BootLabel(commandLine).take() } catch {}
            replace(error)
        }
        replace(nil)
    }

    private mutating func tell(_ failure: ConstructFailure) {
        for text in failure.lines { journal.note("failed: \(text)") }
        journal.flush()
    }

    private mutating func prepare() throws(ConstructFailure) {
        do throws(SystemError) {
            try EarlyMounts.mountAll()
            if let consoleFailure { throw consoleFailure }
            commandLine = try KernelCommandLine.read()
            try KernelModules.loadAll(from: "/lib/domb/modules")
        } catch {
            throw .system(error)
        }
    }

    /// The LCM, or `nil` where there is none that can be read. What an absent or damaged LCM means is domb-init's to
    /// decide: it reads the same tables, and it has the log and the TPM. Nothing is built for it meanwhile.
    private mutating func lcm() throws(ConstructFailure) -> LCM? {
        let tables: [[UInt8]]
        do throws(SystemError) { tables = try ACPITables.readAll() } catch { throw .system(error) }
        do throws(ContainerError) {
            guard let bytes = try LaunchControlContainer.assemble(tables, hashing: LibcryptoHash.self) else {
                journal.note("no LCM among the ACPI tables; nothing is built")
                return nil
            }
            return parse(bytes)
        } catch {
            journal.note("the LCM's ACPI tables are damaged; nothing is built")
            return nil
        }
    }

    private mutating func parse(_ bytes: [UInt8]) -> LCM? {
        do throws(ParseError) {
            return try LCM(parsing: bytes, hashing: LibcryptoHash.self)
        } catch {
            journal.note("the LCM cannot be read; nothing is built: \(error.code.text), at byte \(error.offset)")
            return nil
        }
    }

    private mutating func build(_ lcm: LCM) throws(ConstructFailure) {
        let xen: XenBuilder
        do throws(SystemError) { xen = try XenBuilder() } catch { throw .system(error) }
        do throws(OtherXen) { try xen.checkInterface() } catch { throw .otherXen(error) }
        let feasibility: Feasibility
        do throws(HypercallError) {
            feasibility = Feasibility(xenCommandLine: try xen.commandLine())
        } catch {
            throw .hypercall(error)
        }
        let refusals = feasibility.refusals(of: lcm.domains, problem: ImageFile.problem)
        guard refusals.isEmpty else { throw .refusals(refusals) }
        if let digest = lcm.settings.xenstored { try startXenstored(digest) }
        for domain in DomainBuild.order(lcm.domains) { try build(domain, with: xen) }
        // What is in them belongs to the domains from here on.
        do throws(SystemError) { try BootModules.removeAll(from: "/images") } catch { throw .system(error) }
        journal.note("domains built and paused: \(lcm.domains.count)")
    }

    private mutating func startXenstored(_ digest: Digest) throws(ConstructFailure) {
        let start = journal.now()
        do throws(SystemError) {
            try XenstoreDaemon.start(expecting: digest, hashing: LibcryptoHash.self)
        } catch {
            throw .system(error)
        }
        journal.note("xenstored runs, after \((journal.now() - start) / 1000) ms")
    }

    private mutating func build(_ domain: DomainDescription, with xen: borrowing XenBuilder) throws(ConstructFailure) {
        guard let plan = DomainBuild(domain) else {
            throw .refusals([Refusal(domid: domain.domid, name: domain.name, reason: .unnumberedImage)])
        }
        let start = journal.now()
        do throws(BuildFailure) { try xen.build(plan) } catch { throw .build(error) }
        let milliseconds = (journal.now() - start) / 1000
        journal.note("\(Line.domain(plan.domid, plan.name))built, \(plan.memory) KiB, in \(milliseconds) ms")
    }

    /// Becomes domb-init, which must find nothing of this program but the console: above all no privcmd.
    private mutating func replace(_ failure: ConstructFailure?) -> Never {
        journal.flush()
        PowerControl.closeDescriptors()
        do throws(SystemError) {
            let error = try ProgramFile(path: Line("/domb-init").bytes).execute(failure?.argument)
            tell(.system(error))
        } catch {
            tell(.system(error))
        }
        // Nobody is left to record it. The boot domain stays: its end could count as that of a good launch (I6).
        PowerControl.sleepForEver()
    }
}

# SPDX-License-Identifier: Apache-2.0
"""The scenarios, one row each."""
from dataclasses import replace

import guests
import lcm
import paths
import programs
from scenario import GOOD, HALTS, NOTHING, RESET, STAYS, UNMEASURED, Scenario

PARK, SHUTDOWN = 'domb,handoff = "park"', 'domb,handoff = "shutdown"'
REQUIRE, WARN = 'domb,tpm = "require"', 'domb,tpm = "warn"'
EXEC = 'domb,handoff = "exec";\n            domb,handoff-target = "/next-init"'
NEXT_INIT = {"/next-init": programs.NEXT_INIT}
MAY_EXEC = "domb.exec=/next-init"
# Neither a program for Linux nor a kernel for libxenguest.
NO_INIT, NO_KERNEL = {"/next-init": paths.RIG / "README.md"}, {"/images/1": paths.RIG / "README.md"}
BOTH = (2, 3)
# An xLCM has no domids: they count from 1.
FROM_ONE = (("domid = <2>", "domid = <1>"), ("domid = <3>", "domid = <2>"))
NEVER_UNPAUSED = "domb: no domain was unpaused"
HEAD = 'compatible = "hypervisor,xen";'
# More than one table holds: the reader skips properties that it does not know.
BALLAST = (HEAD, HEAD + '\n            rig,ballast = /incbin/("ballast.bin");')
CYCLE = ("            first: first {", "            first: first {\n                domb,depends-on = <&second>;")


# The second domain takes seconds to look at.
LARGE = ("memory = <0 8192>;\n                domb,depends-on = <&first>;",
         "memory = <0 524288>;\n                domb,depends-on = <&first>;")


EXTENDED = ("                domb,depends-on = <&first>;", """                domb,depends-on = <&first>;
                domb,node-affinity = "0";
                domb,tsc-mode = "never-emulate";
                domb,hvm-params = /bits/ 64 <10 2>;
                domb,ioports = <0x2f8 8>;
                domb,irqs = <3>;
                domb,iomem = /bits/ 64 <0xd0000 1 0xe0000>;""")
IRQ = ("                domb,depends-on = <&first>;", """                domb,depends-on = <&first>;
                domb,irqs = <3>;""")
SHARE = ("                domb,depends-on = <&first>;", """                domb,depends-on = <&first>;
                domb,weight = <512>;
                domb,cap = <50>;""")
# Twice Xen's own 64.
GRANTS = ("                domb,depends-on = <&first>;", """                domb,depends-on = <&first>;
                domb,max-grant-frames = <128>;""")
RTDS = ("                domb,depends-on = <&first>;", """                domb,depends-on = <&first>;
                domb,rtds-period = <20000>;
                domb,rtds-budget = <8000>;""")
# Domain 3 alone on cpu 1, under another scheduler than the rest.
CPUPOOL = ((HEAD, HEAD + '\n            domb,cpupools = "own:credit2:1";'),
           ("                domb,depends-on = <&first>;", """                domb,depends-on = <&first>;
                domb,cpupool = "own";
                domb,weight = <512>;"""))
# Domain 2 waits for domain 3, and that one does not learn of two features that domain 2 may use.
CHANNEL = (("domid = <2>;", """domid = <2>;
                domb,event-channels = "1:second";"""),
           ("                domb,depends-on = <&first>;", """                domb,depends-on = <&first>;
                domb,cpuid-clear = "aesni", "rdrand";"""))
# The second domain PV.
SECOND_PV = (("mode = <0>;\n                cpus = <1>;\n                memory = <0 8192>;\n                domb,depends-on",
              "mode = <1>;\n                cpus = <1>;\n                memory = <0 8192>;\n                domb,depends-on"),
             ('second_kernel: kernel {\n                    compatible = "module,kernel";\n                    module-index = <1>;',
              'second_kernel: kernel {\n                    compatible = "module,kernel";\n                    module-index = <2>;'))
# Where the tiny PV guest's parts lie, and what a changed bit there is told as.
PV_PLACES = (("kernel", 0x100040, "kernel in memory is not the expected one"),
             ("list", 0x105000, "its list names"),
             ("flags", 0x109030, "its start info has the flags 0x1"),
             ("command-line", 0x109080, "the command line in memory is not the LCM's bootargs"),
             ("root", 0x10c000, "its page tables lead from 0x109000 to no page of 4 KiB"),
             ("table", 0x10f008, "entry 1 of the page table in frame 0x10f has bits that no fresh domain's has"),
             ("stack", 0x111800, "a byte that nothing explains at 0x111800"),
             ("unused", 0x7ff123, "a byte that nothing explains at 0x7ff123"))
OTHER_MODULES = ('bootargs = "first";\n                };', """bootargs = "first";
                };
                tree { compatible = "module,device-tree"; module-index = <2>; };
                settings { compatible = "module,config"; module-index = <3>; };""")



# The tiny guest powers itself off where its command line begins with "shutdown".
def waits_for(kernel: str, *settings: str) -> tuple:
    """The first domain counts as ready once it has powered itself off; kernel is its command line."""
    lines = "".join(f"\n                {line};" for line in ('domb,ready = "poweroff"', *settings))
    return (('bootargs = "first";', f'bootargs = "{kernel}";'), ("domid = <2>;", f"domid = <2>;{lines}"))


# The second domain as the Recovery Domain.
RESCUE = (("                functions = <0>;\n                mode = <0>;\n                cpus = <1>;\n"
           "                memory = <0 8192>;\n                domb,depends-on = <&first>;\n",
           "                functions = <2>;\n                mode = <0>;\n                cpus = <1>;\n"
           "                memory = <0 8192>;\n"),)


def failure(stage: str, *fragments: str) -> tuple:
    return (f"domb: launch failed: {stage}:", NEVER_UNPAUSED, *fragments)


def damaged(damage):
    return lambda tables: [lcm.damaged(tables[0], damage), *tables[1:]]


def good_launches() -> list:
    return [
        Scenario("launch-park", 2, "stock Xen: park launches and stays inert",
                 ("domb: launch complete: 2 domains unpaused, handoff park",), ends=STAYS, runs=BOTH, log=GOOD,
                 inert=True),
        Scenario("launch-exec", 2, "stock Xen: exec gives the machine to the next init",
                 ("domb: launch complete: 2 domains unpaused, handoff exec", "NEXT-INIT pid=1 fds=0,1,2",
                  "NEXT-INIT tpm0=free"),
                 ends=STAYS, patches=((PARK, EXEC),), extra=NEXT_INIT, runs=BOTH, log=GOOD, linux=MAY_EXEC, quoted=True,
                 next_init=programs.NEXT_INIT),
        Scenario("tpm-absent-warn", 4, "no TPM, policy warn: launches and says so",
                 ("domb: warning: no TPM answers: this launch is not measured into one",
                  "domb: launch complete: 2 domains unpaused"), ends=STAYS, patches=((REQUIRE, WARN),),
                 tpm=False, runs=BOTH, log=UNMEASURED),
        Scenario("table-in-two-parts", 5, "an LCM larger than one table launches",
                 ("rig,ballast", "domb: launch complete: 2 domains unpaused"), ends=STAYS, patches=(BALLAST,),
                 runs=BOTH, log=GOOD, quick=False),
        Scenario("launch-xlcm", 2, "a binary LCM, with DomB's settings as text, launches",
                 ("domb: launch complete: 2 domains unpaused",), ends=STAYS, binary=True, patches=FROM_ONE, runs=(1, 2),
                 log=GOOD),
        Scenario("lcm-in-initramfs", 2, "the LCM at the front of the initramfs, where Linux takes it for firmware's: no GRUB, no acpi",
                 ("domb: launch complete: 2 domains unpaused, handoff park",), ends=STAYS, runs=BOTH, log=GOOD, early=True,
                 quoted=True),
        Scenario("console-ring", 2, "console_to_ring: Xen's ring has the boot domain's console, with the whole log in it",
                 ("domb: launch complete: 2 domains unpaused, handoff park",), ends=STAYS, runs=BOTH, log=GOOD,
                 xen_words="console_to_ring conring_size=1m", key=b"w", ring=True, quick=False),
        Scenario("paravirtual", 2, "two PV domains, one of them Linux, and a PVH one: proven, as predicted, they run",
                 ("domb-construct: domain 4 (third): built, 131072 KiB", "domb: launch complete: 3 domains unpaused, handoff park"),
                 ends=STAYS, source="paravirtual.dts", runs=(2, 3, 4), serial=(3, 4), log=GOOD, quoted=True, memory=1536),
        Scenario("no-lcm-classic", 6, "no LCM, and the command line allows the next init",
                 ("domb: no LCM: classic boot", "NEXT-INIT pid=1 fds=0,1,2"), ends=STAYS, source=None, bare=True,
                 linux=f"domb.classic=/next-init {MAY_EXEC}", extra=NEXT_INIT),
    ]


def configured() -> list:
    return [
        Scenario("extended", 10, "ports, interrupts, device memory, nodes, TSC mode, HVM parameters, by Xen's word",
                 ("domb: launch complete: 2 domains unpaused",), ends=STAYS, runs=BOTH, log=GOOD, patches=(EXTENDED,),
                 quoted=True, key=b"s",
                 xen_says=("I/O Ports  { 2f8-2ff }", "Interrupts { 3 }", "I/O Memory { d0000 }", "dom3(hvm): mode=2,")),
        Scenario("grant-frames", 10, "a grant table of 128 frames, by Xen's word, and asked of Xen before the domain runs",
                 ("xc_gnttab_query_size", "domb: launch complete: 2 domains unpaused"), ends=STAYS, runs=BOTH, log=GOOD,
                 patches=(GRANTS,), key=b"g", quoted=True,
                 xen_order=("grant-table for remote d2 (v1)", "frames (64 max)", "grant-table for remote d3 (v1)",
                            "frames (128 max)"), quick=False),
        Scenario("sched-credit", 10, "weight and cap under Xen's credit scheduler, read back",
                 ("xc_sched_credit_domain_get", "domb: launch complete: 2 domains unpaused"), ends=STAYS, runs=BOTH, log=GOOD,
                 patches=(SHARE,), xen_words="sched=credit", key=b"r", quoted=True,
                 xen_says=("Scheduler: SMP Credit Scheduler (credit)",), quick=False),
        Scenario("cpupool", 10, "a second cpupool with cpu 1 and a scheduler of its own, by Xen's word (two cpus)",
                 ("xc_cpupool_movedomain", "domb: launch complete: 2 domains unpaused"), ends=STAYS, runs=BOTH, log=GOOD,
                 patches=CPUPOOL, cpus=2, xen_words="sched=credit dom0_max_vcpus=1", key=b"r", quoted=True,
                 xen_order=("Cpupool 0:", "Cpus: 0", "Scheduler: SMP Credit Scheduler (credit)", "Cpupool 1:", "Cpus: 1",
                            "Scheduler: SMP Credit Scheduler rev2", "Domain: 3 w 512 "), quick=False),
        Scenario("cpupool-refused", 10, "a pool of a scheduler that this Xen does not have: nothing runs",
                 failure("configure: domain 3", "cpupool own:rtds:1: xc_cpupool_create: ENOENT (2)"),
                 patches=((CPUPOOL[0][0], CPUPOOL[0][1].replace("credit2", "rtds")),
                          (CPUPOOL[1][0], CPUPOOL[1][1].replace("domb,weight = <512>;", ""))),
                 cpus=2, xen_words="dom0_max_vcpus=1", quick=False),
        # Of 1.ECX bit 30 is rdrand and bit 25 aesni. The wrong domain cannot bind: EINVAL.
        Scenario("channel", 10, "a domain binds to another's port; two cpu features are kept from it",
                 ("domb: launch complete: 2 domains unpaused",), ends=STAYS, runs=BOTH, log=GOOD, patches=CHANNEL,
                 modules={1: guests.PROBE}, cpu_features="+aes,+rdrand", key=b"e", quoted=True,
                 guests_say=((2, "PROBE cpuid 1 ecx [4-7c-f][2367abef]"), (2, "PROBE bind ffffffea"),
                             (3, "PROBE cpuid 1 ecx [0-389ab][014589cd]"), (3, "PROBE bind 00000000"),
                             (3, "PROBE send 00000000")),
                 xen_order=("Event channel information for domain 2", "s=3 n=0 x=0 d=3 p=1",
                            "Event channel information for domain 3", "s=3 n=0 x=0 d=2 p=1")),
        Scenario("channel-refused", 10, "the LCM says a port that Xen does not give: nothing runs",
                 failure("configure: domain 2", "event-channels port 2 for domain 3: Xen gave port 1"),
                 patches=((CHANNEL[0][0], CHANNEL[0][1].replace("1:second", "2:second")),), quick=False),
        Scenario("rtds-refused", 10, "period and budget on a Xen without RTDS",
                 failure("plan: domain 3", "rtds-period and rtds-budget are RTDS's, and the domain is under another scheduler"),
                 patches=(RTDS,), quick=False),
    ]


def readiness() -> list:
    late = "ready: domain 2: not ready within 3000 ms"
    return [
        Scenario("ready-helper", 11, "a one-shot helper powers itself off, by Xen's interrupt, and then the next domain runs",
                 ("domb: domain 2 is ready", "domb: launch complete: 2 domains unpaused, handoff park"), ends=STAYS,
                 patches=waits_for("shutdown"), runs=(3,), ran_before=(2,), log=GOOD),
        Scenario("ready-helper-late", 11, "the same where another domain has the hardware role, and with it the interrupt at first",
                 ("domb: domain 2 is ready", "domb: launch complete: 4 domains unpaused, handoff park"), ends=STAYS,
                 xen="late", source="appliance.dts", log=GOOD, runs=(3, 4), ran_before=(1, 2, "hardware domain"), quick=False,
                 patches=(('bootargs = "broker"', 'bootargs = "shutdown"'), (SHUTDOWN, PARK),
                          ("domid = <2>;", 'domid = <2>;\n                domb,ready = "poweroff";'))),
        Scenario("ready-timeout", 11, "a domain is not ready in time: the launch halts, and who waits never runs",
                 (f"domb: launch failed: {late}", "domb: unpaused before the failure: 2"),
                 patches=waits_for("first", "domb,ready-timeout = <3000>"), ran_before=(2,), unpauses=(2,), quick=False),
        Scenario("ready-left-out", 11, "an optional domain is not ready in time: who waits for it is left out, the launch ends well",
                 ("domb: left out: 2 3:", "domb: launch complete: 1 domains unpaused, handoff park"), ends=STAYS,
                 patches=waits_for("first", "domb,ready-timeout = <3000>", 'domb,on-failure = "skip"'), runs=(2,),
                 unpauses=(2,), quick=False),
        Scenario("recovery", 11, "the Recovery Domain runs after a timeout, once record and error are in the PCR",
                 ("domb: recovery: domain 3 runs", f"domb: launch failed, recovered: {late}", "domb: end: hold"),
                 ends=STAYS, patches=RESCUE + waits_for("first", "domb,ready-timeout = <3000>", 'domb,on-failure = "recover"'),
                 runs=BOTH, unpauses=BOTH),
    ]


def served() -> list:
    return [
        Scenario("pv-devices", 10, "a domain waits for another's node in xenstore, boots from its PV disk and speaks on its PV console",
                 ('"op":"xs_check_watch"', "domb: launch complete: 2 domains unpaused"), ends=STAYS, runs=(1, 2), log=GOOD,
                 source="pv.dts",
                 store=paths.XENSTORED, quoted=True,
                 domains_say=((1, "CONSOLE of domain 2: spoken through the PV console"), (2, "LINUX init of the disk"),
                              (2, "LINUX eth0 runs: 00:16:3e:5e:77:01"))),
        Scenario("xenstored-changed", 10, "another xenstored than the LCM's: nothing is built",
                 failure("construct", "another SHA-256 than the LCM's domb,xenstored: /xenstored"), source="pv.dts",
                 extra={"/xenstored": paths.XENSTORED}, never=("built, ",), quick=False),
        Scenario("xenstored-forbidden", 12, "a xenstored that makes a Linux call that it may not make is ended: nothing is built",
                 ("stand-in: /dev/tpm0: ENOENT", "stand-in: /dev/console: ENOENT", "stand-in: /proc/1/mem: ENOENT",
                  "stand-in: /domb-init: ENOENT", "stand-in: /dev/xen/gntdev: opened", "stand-in: another family of sockets",
                  *failure("construct", "xenstored was ended for a Linux call that it may not make: /xenstored")),
                 source="pv.dts", store=programs.FORBIDDEN_STORE, never=("WORKED", "built, ")),
        Scenario("xenstored-silent", 10, "a xenstored that never answers: the launch fails in time, and nothing runs",
                 ("stand-in: listens, and never answers",
                  *failure("configure", "ETIMEDOUT (110): xenstored does not answer")), source="pv.dts",
                 store=programs.SILENT_STORE, quick=False),
    ]


# The pair for 4.17 on Debian 13's Xen.
OTHER_XEN = "(domctl 0x17, sysctl 0x15); this {} was built for 4.17 (0x15, 0x15)"


def other_xens() -> list:
    return [
        Scenario("launch-4.17", 2, "Debian 12's own Xen, 4.17, with a PV boot domain",
                 ("domb: launch complete: 2 domains unpaused, handoff park",), ends=STAYS, runs=BOTH, log=GOOD, inert=True,
                 xen="4.17", quoted=True),
        Scenario("irqs-4.17", 2, "Xen 4.17 cannot permit an interrupt by its GSI: nothing runs",
                 failure("configure: domain 3", "xc_domain_gsi_permission: EOPNOTSUPP (95)"), xen="4.17",
                 patches=(IRQ,), quick=False),
        Scenario("library-mismatch", 2, "programs built for another Xen name both, and build nothing",
                 failure("construct", OTHER_XEN.format("domb-construct")), init=paths.DOMB_INIT_417,
                 construct=paths.DOMB_CONSTRUCT_417, never=("built, ",)),
        Scenario("library-mismatch-init", 2, "domb-init built for another Xen names both, and nothing runs",
                 failure("facts", OTHER_XEN.format("domb-init")), init=paths.DOMB_INIT_417, quick=False),
    ]


def commands() -> list:
    launch = "/domb-launch --lcm /lcm.dtb --log /run/log --trace /run/trace"
    # Another PCR than the launch's: a failed one closes it for this boot.
    changed = (('bootargs = "second"', 'bootargs = "other"'), ("domb,pcr = <11>", "domb,pcr = <12>"))
    failing = f"{launch.replace('lcm.dtb', 'changed.dtb')} domb.pcr=12"
    late = waits_for("first", "domb,ready-timeout = <3000>")
    return [
        Scenario("classic-dom0", 13, "xl creates domains paused; domb-launch fails, is refused, and launches them: exit statuses",
                 ("DOM0 xl create -p /xl/1-first.cfg: 0", "DOM0 xl create -p /xl/2-second.cfg: 0",
                  "domb-init: this is the boot domain's PID 1", "DOM0 call 1: exit status 64", "DOM0 call 2: exit status 66", "call 3: launch failed: measure: domain 2:",
                  "call 3: no domain was unpaused", "DOM0 call 3: exit status 2", "DOM0 after call 3: first 1 --p---",
                  "DOM0 after call 3: second 2 --p---", "call 4: launch failed: plan: PCR 12 is in use",
                  "DOM0 call 4: exit status 1", "handoff shutdown, which a command does not carry out",
                  "domb: launch complete: 2 domains unpaused", "DOM0 call 5: exit status 0", "DOM0 the end"), ends=STAYS,
                 # Under a boot domain the second would be unpaused by the handoff's multicall.
                 patches=((PARK, SHUTDOWN), ("domid = <3>;", 'domid = <3>;\n                domb,on-failure = "skip";')),
                 dom0="xl", runs=(1, 2), unpauses=(1, 2), log=GOOD,
                 calls=("/domb-init", "/domb-launch --lcm /absent.dtb", failing, failing, f"* {launch}"), other_lcms={"changed.dtb": changed}, quick=False),
        Scenario("dom0-predicted", 13, "a command, domains by domb-construct: log and PCR as predicted, the trace replays",
                 ("domb: launch complete: 2 domains unpaused", "DOM0 call 1: exit status 0",
                  "call 2: launch failed: plan: PCR 11 is in use", "DOM0 call 2: exit status 1", "DOM0 the end"), ends=STAYS,
                 dom0="construct", runs=BOTH, log=GOOD, quoted=True,
                 calls=(f"* {launch} domb.tpm=require", launch), quick=False),
        Scenario("dom0-late", 13, "a command whose launch fails after an unpause says so by its exit status",
                 ("domb: launch failed: ready: domain 2: not ready within 3000 ms", "domb: unpaused before the failure: 2",
                  "DOM0 call 1: exit status 3", "DOM0 the end"), ends=STAYS, patches=late, dom0="construct",
                 ran_before=(2,), unpauses=(2,), calls=(f"* {launch}",), quick=False),
    ]


def refused_plans() -> list:
    return [
        Scenario("shutdown-refused", 2, "stock Xen: DomB is the hardware domain, shutdown is refused",
                 failure("plan", "the boot domain is the hardware domain, so its shutdown would halt the host"),
                 patches=((PARK, SHUTDOWN),)),
        Scenario("tpm-absent-require", 4, "no TPM, policy require: refused",
                 failure("plan", "the TPM policy is require, and no TPM answers"), tpm=False, log=NOTHING),
        Scenario("dependency-cycle", 5, "a dependency cycle is refused with its path",
                 failure("plan", "dependency cycle: first -> second -> first"), patches=(CYCLE,), quick=False),
        Scenario("pin-mismatch", 6, "the command line pins another LCM",
                 failure("plan", "the LCM is not the pinned one"), linux=f"domb.lcm=sha256:{'5a' * 32}", quick=False),
        Scenario("end-hold", 6, "domb.end=hold: refused, and the domains stay as they were built",
                 failure("plan", "the LCM is not the pinned one"), ends=STAYS,
                 linux=f"domb.end=hold domb.lcm=sha256:{'5a' * 32}"),
        Scenario("end-reboot", 6, "domb.end=reboot: refused, and the machine starts again",
                 failure("plan", "the LCM is not the pinned one"), ends=RESET,
                 linux=f"domb.end=reboot domb.lcm=sha256:{'5a' * 32}", quick=False),
        Scenario("other-pcr", 6, "the LCM names another PCR than the command line's, which is closed",
                 failure("plan", "the LCM names PCR 12, the command line PCR 11"),
                 patches=(("domb,pcr = <11>", "domb,pcr = <12>"),), untouched=(12,)),
        Scenario("exec-refused", 6, "the LCM hands over to a program that the command line does not allow",
                 failure("plan", "the next init is to be /next-init, and the command line allows none (domb.exec=)"),
                 patches=((PARK, EXEC),), extra=NEXT_INIT, never=("NEXT-INIT",)),
        Scenario("exec-other", 6, "the same where it allows another",
                 failure("plan", "the next init is to be /next-init, and the command line allows /init alone"),
                 patches=((PARK, EXEC),), extra=NEXT_INIT, linux="domb.exec=/init", never=("NEXT-INIT",), quick=False),
        Scenario("policy-too-weak", 6, "the LCM asks for a weaker TPM policy than the command line",
                 failure("plan", "the LCM asks for TPM policy warn, domb.tpm= demands at least require"),
                 patches=((REQUIRE, WARN),), linux="domb.tpm=require", quick=False),
        Scenario("pin-match", 6, "the command line pins this LCM",
                 ("domb: launch complete: 2 domains unpaused",), ends=STAYS, linux="domb.lcm=sha256:{lcm}", runs=BOTH,
                 log=GOOD, quick=False),
        Scenario("domain-missing", 6, "a domain of the LCM does not exist",
                 failure("plan: domain 3", "it is in the LCM, and Xen has no such domain"), sabotage="destroy:3", quick=False),
        Scenario("domain-runs", 6, "a domain of the LCM already runs",
                 failure("plan: domain 2", "it runs already"), sabotage="unpause:2", ran_before=(2,)),
        Scenario("domain-unnamed", 6, "a domain exists that the LCM does not name",
                 failure("plan: domain 9", "it exists, and the LCM does not name it"), sabotage="create:9", quick=False),
        Scenario("second-process", 7, "a second user process is refused",
                 failure("plan", "runs in the boot domain, and the LCM does not name it"), sabotage="process"),
        Scenario("second-process-threads", 7, "so is one whose first thread has ended: a zombie by its own word",
                 failure("plan", "runs in the boot domain, and the LCM does not name it"), sabotage="threads", quick=False),
        Scenario("second-namespace", 7, "PID 1 of a namespace, which others can see and it cannot see them, is refused",
                 failure("prepare", "PID 1 of a PID namespace that is not the first") + ("saboteur: DomB has ended",),
                 sabotage="namespace", log=NOTHING, quick=False),
        Scenario("open-descriptor", 7, "an inherited descriptor is refused",
                 failure("plan", "was open when DomB started"), sabotage="fd", quick=False),
    ]


def refused_tables() -> list:
    return [
        Scenario("table-missing", 5, "one part of the LCM is missing",
                 failure("lcm", "LCM part 2 of 2 is missing"), bare=True, patches=(BALLAST,),
                 tables=lambda tables: tables[:1], quick=False),
        Scenario("table-cut-short", 5, "the LCM is cut short",
                 failure("lcm", "the LCM is cut short: "), bare=True, tables=damaged(lcm.cut_short), quick=False),
        Scenario("table-checksum", 5, "the table's checksum is wrong (GRUB road)",
                 failure("lcm", "wrong checksum"), bare=True, grub=True, tables=damaged(lcm.wrong_checksum)),
        Scenario("table-digest", 5, "the LCM is not the one that its tables promise",
                 failure("lcm", "the LCM's SHA-256 is not the one that its table declares"), bare=True,
                 tables=damaged(lcm.flipped_payload), quick=False),
        Scenario("no-lcm-no-tpm", 6, "no LCM and no TPM: domb.tpm=require lets no classic boot go on",
                 failure("lcm", "the TPM policy is require, and no TPM answers"), bare=True, source=None, tpm=False,
                 linux=f"domb.classic=/next-init {MAY_EXEC} domb.tpm=require", extra=NEXT_INIT, log=NOTHING,
                 never=("NEXT-INIT",), quick=False),
        Scenario("no-lcm-not-allowed", 6, "no LCM, and a classic init that domb.exec= does not allow",
                 failure("lcm", "the next init is to be /next-init, and the command line allows none"), bare=True,
                 source=None, linux="domb.classic=/next-init", extra=NEXT_INIT, never=("NEXT-INIT",), quick=False),
        Scenario("no-lcm", 6, "no LCM at all",
                 failure("lcm", "no ACPI table with the OEM table id DOMB-LCM"), bare=True, source=None),
    ]


def attacks() -> list:
    return [
        Scenario("image-changed", 3, "one bit of one image changed after construction",
                 failure("measure: domain 2", "kernel in memory is not the expected one"), sabotage="flip:2:0x100040"),
        Scenario("image-changed-late", 3, "the same in the last image of the appliance, the hardware role moved",
                 failure("measure: domain 4", "kernel in memory is not the expected one"), ends=HALTS, xen="late",
                 source="appliance.dts", sabotage="flip:4:0x1000040", quick=False),
        *[Scenario(f"fault-{moment}", 8, f"domb-init dies by a fault {moment} the extends",
                   ("Attempted to kill init",), ends=RESET, init=paths.DOMB_INIT_FAULT, linux=f"domb.fault={moment}",
                   log=NOTHING, extends=extends, never=("domb: launch complete",), quick=moment == "between")
          # Seven: identity, LCM, two domains, configuration, cap, separator.
          for moment, extends in (("before", 0), ("between", 2), ("after", 7))],
    ]


def endings() -> list:
    """Failures outside of the launch itself: they end as all others do, with the error in log and PCR."""
    return [
        Scenario("handoff-fails", 8, "the next init is no program: error in log and PCR, and the machine holds",
                 ("domb: launch complete: 2 domains unpaused, handoff exec",
                  "domb: launch failed: handoff: execveat: /next-init: EACCES (13)",
                  "domb: unpaused before the failure: 2 3", "domb: end: hold"), ends=STAYS, patches=((PARK, EXEC),),
                 extra=NO_INIT, linux=f"{MAY_EXEC} domb.end=hold", runs=BOTH, unpauses=BOTH),
        Scenario("construct-fails", 8, "a domain's image is no kernel: domb-init records what domb-construct says, and switches off",
                 failure("construct", "domb: end: poweroff", "/images/1"), extra=NO_KERNEL, never=("built, ",)),
        Scenario("construct-fails-held", 8, "the same with domb.end=hold: log and PCR have the error, and the machine holds",
                 failure("construct", "domb: end: hold"), extra=NO_KERNEL, linux="domb.end=hold", ends=STAYS,
                 never=("built, ",), quick=False),
        Scenario("construct-fails-late", 8, "it fails once another domain has the hardware role: the boot domain stays",
                 failure("construct", "xc_flask_relabel_domain: errno", "domb: the hardware role is domain"), ends=HALTS,
                 xen="late", source="appliance.dts", linux="domb-construct.label=system_u:system_r:domb_t", quick=False),
    ]


def measurement() -> list:
    first_measured = 'domb-measured: {"domid":2'
    return [
        *[Scenario(f"banks-{len(banks)}", 9, f"log, PCR and quote with {len(banks)} active banks",
                   ("domb: launch complete: 2 domains unpaused",), ends=STAYS, runs=BOTH, log=GOOD, banks=banks,
                   quoted=True, quick=len(banks) == 3)
          for banks in (("sha256",), ("sha1", "sha256"), ("sha256", "sha384", "sha512"))],
        Scenario("other-modules", 9, "a device tree and a config module are listed, measured and predicted",
                 ("domb: launch complete: 2 domains unpaused",), ends=STAYS, runs=BOTH, log=GOOD, patches=(OTHER_MODULES,),
                 modules={2: guests.TINY, 3: guests.LINUX_RAMDISK}, quoted=True, quick=False),
        *[Scenario(f"planted-{where}", 9, f"one byte planted in a domain of 512 MB: {where}",
                   failure("measure: domain 3", "coverage all: a byte that nothing explains at", address),
                   patches=(LARGE,), sabotage=f"flip:3:{address}", memory=1536, quick=where == "high")
          for where, address in (("first-byte", "0x0"), ("high", "0x1fffffff"), ("special-page", "0xfeff8fff"))],
        *[Scenario(f"pv-{where}", 9, f"one bit changed in a PV domain: {where}", failure("measure: domain 3", words),
                   patches=SECOND_PV, modules={2: guests.TINY_PV}, sabotage=f"flip:3:{hex(address)}", quick=where == "table")
          for where, address, words in PV_PLACES],
        Scenario("planted-acpi", 9, "one byte planted behind the ACPI tables changes the record, and so the PCR",
                 ("domb: launch complete: 2 domains unpaused",), ends=STAYS, runs=BOTH, log=GOOD,
                 sabotage="flip:3:0xfc000fff", quick=False),
        Scenario("tpm-killed", 9, "the TPM dies between two domains' records: nothing runs",
                 failure("measure", "TPM2_PCR_Extend"), patches=(LARGE,), memory=1536,
                 kill_tpm=first_measured),
        Scenario("dynamic-pcr", 9, "a PCR of the dynamic launch, on a kernel that cannot send from locality 2",
                 failure("plan", "takes extends from locality 2 only"), patches=(("domb,pcr = <11>", "domb,pcr = <18>"),), linux="domb.pcr=18",
                 quick=False),
    ]


def under_flask() -> list:
    """Launches that with all others' operations use every ConfigOperation but those of hardware that the rig has not."""
    known = {row.name: row for row in configured() + readiness() + served() + attacks()}
    rows = [replace(known[name], name=f"flask-{name}", number=12, title=f"FLASK enforcing: {known[name].title}", flask=True,
                    quick=False)
            for name in ("extended", "grant-frames", "cpupool", "channel", "ready-helper-late", "image-changed-late")]
    return [*rows, replace(known["pv-devices"], name="flask-xenstored", number=12, flask=True, quick=False,
                           title="FLASK enforcing, built for a xenstored in the boot domain: PV devices",
                           policy_words=("domb_serves_xenstore=true",))]


def confinement() -> list:
    return under_flask() + [
        Scenario("flask-denied", 12, "FLASK enforcing: each operation outside the plan is denied to the boot domain",
                 ("forbidden: 64 tried, 64 denied", "domb: launch complete: 2 domains unpaused"), ends=STAYS, runs=BOTH,
                 log=GOOD, flask=True, init=programs.FORBIDDEN, extra={"/domb-init.real": paths.DOMB_INIT},
                 linux="domb-construct.label=system_u:system_r:domb_t", denied=("grant:map_read",)),
        Scenario("flask-demanded", 12, "the command line demands a label, and Xen has no FLASK: nothing runs",
                 failure("construct", "xc_flask_relabel_domain: errno 38"),
                 linux="domb-construct.label=system_u:system_r:domb_t", quick=False),
        Scenario("flask-refused", 12, "a policy that denies one operation of the plan: nothing runs",
                 failure("configure: domain 3", "xc_sched_credit2_domain_set: EACCES (13)"), flask=True,
                 patches=(SHARE,), policy_without="allow domb_t domb_launched_type:domain2 setscheduler;",
                 denied=("domain2:setscheduler",), quick=False),
        # finit_module.
        Scenario("call-forbidden", 12, "a Linux call that DomB has no use for, once it is set up, is its end",
                 ("domb: stopped: Linux call 0313 is not allowed", "Attempted to kill init"), ends=RESET,
                 init=paths.DOMB_INIT_FAULT, linux="domb.fault=call", log=NOTHING, extends=0,
                 never=("domb: launch complete",), quick=False),
        Scenario("call-forbidden-exec", 12, "the same where another program may become PID 1: the launch is confined until then",
                 ("domb: stopped: Linux call 0313 is not allowed", "Attempted to kill init"), ends=RESET, patches=((PARK, EXEC),),
                 init=paths.DOMB_INIT_FAULT, linux=f"domb.fault=call {MAY_EXEC}", extra=NEXT_INIT, log=NOTHING, extends=0,
                 never=("domb: launch complete", "NEXT-INIT"), quick=False),
        Scenario("no-residue", 12, "of a domain's image nothing is left in the machine's memory but the domain's own pages",
                 ("domb: launch complete: 2 domains unpaused",), ends=STAYS, runs=BOTH, log=GOOD, inert=True,
                 linux="init_on_free=1", residue=guests.TINY, quick=False),
    ]


def all_scenarios() -> list:
    return (good_launches() + other_xens() + configured() + served() + readiness() + commands() + refused_plans()
            + refused_tables() + attacks() + endings() + measurement() + confinement())

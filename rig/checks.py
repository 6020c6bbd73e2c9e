# SPDX-License-Identifier: Apache-2.0
"""What has to hold after a boot. Every check raises CheckFailed with what it saw, or returns what it found."""
import json
from pathlib import Path

import console as console_log
import flask
import grub
import paths
import prediction
import tcglog
import tpm
from tools import ToolError, run

UNPAUSE = "xc_domain_unpause"
# One by one, and by the hypercall of the handoff.
UNPAUSES = (UNPAUSE, "XEN_DOMCTL_unpausedomain")
EXTEND = "TPM2_PCR_Extend"
READ = "TPM2_PCR_Read"


class CheckFailed(Exception):
    pass


def require(condition, what: str) -> None:
    if not condition:
        raise CheckFailed(what)


def replays(log: Path, pcrs: str | None, pcr: int) -> list:
    """The log gives the TPM's value of DomB's PCR in every active bank; returns the banks."""
    require(pcrs is not None, "the PCRs were not read")
    actual = tcglog.banks(pcrs)
    require(actual, "the TPM has no active bank")
    from_log = tcglog.replayed(log)
    for bank, values in actual.items():
        require(pcr in values, f"the TPM's {bank} bank has no PCR {pcr}")
        require(set(values[pcr]) != {"0"}, f"PCR {pcr} of the {bank} bank was never extended")
        logged = from_log.get(bank, {}).get(pcr)
        require(logged == values[pcr],
                f"PCR {pcr}, bank {bank}: the log gives {logged}, the TPM has {values[pcr]}")
    wrong = tcglog.wrong_digests(tcglog.parse(log.read_bytes()))
    require(not wrong, f"the digests of records {wrong} are not those of their data")
    require(set(from_log) <= set(actual), f"the log has banks that the TPM has not: {set(from_log) - set(actual)}")
    return sorted(actual)


def predicted(work: Path, pcrs: str, pcr: int) -> None:
    """The PCR is what `domb predict` said before the boot, in every active bank."""
    expected = prediction.values(work / "predicted.json")
    actual = {bank: values[pcr] for bank, values in tcglog.banks(pcrs).items()}
    require(actual, "the TPM has no active bank")
    for bank, value in actual.items():
        require(value == expected.get(bank), f"PCR {pcr}, bank {bank}: predicted {expected.get(bank)}, it is {value}")


def quoted(work: Path, saved: tuple, pcr: int, banks: list, is_command: bool = False) -> None:
    """tpm2_checkquote takes a quote of the PCR together with the log, and so does domb verify; a command's launch only
    where that is allowed."""
    folder = tpm.quote(work, saved, [pcr], banks)
    log = work / "measurements.bin"
    run("tpm2_checkquote", "-u", folder / "ak.pem", "-m", folder / "quote.msg", "-s", folder / "quote.sig",
        "-f", folder / "quote.pcrs", "-g", "sha256", "-q", tpm.NONCE, "-e", log)
    command = [*_verify(log, folder), "--pcrs", work / "pcrs.yaml", "--expect", work / "predicted.json",
               "--without-launcher"]
    run(*command, *(["--allow-command"] if is_command else []))
    if not is_command:
        return
    try:
        run(*command)
    except ToolError as error:
        require("exit status 1:" in str(error), f"a command's launch: {error}")
        return
    raise CheckFailed("domb verify takes a command's launch for a boot domain's")


def _verify(log: Path, folder: Path) -> list:
    return [paths.DOMB, "verify", log, "--quote", folder / "quote.msg", "--sig", folder / "quote.sig",
            "--ak", folder / "ak.pem", "--nonce", tpm.NONCE]


def whole_chain(machine, saved: tuple, pcr: int) -> None:
    """Firmware, GRUB, Xen, its command line, the boot domain and every domain: domb verify takes one quote of all their
    PCRs with both logs and the files, and not with another file, without one of them, or without the firmware's log."""
    work = machine.work
    folder = tpm.quote(work, saved, [*range(10), pcr], ["sha256"])
    files, modules = grub.launcher(machine)
    command = [*_verify(work / "measurements.bin", folder), "--firmware-log", work / "firmware.bin",
               "--launcher-folder", modules]

    def with_files(files: list) -> list:
        return command + [word for file in files for word in ("--launcher-file", file)]

    verdict = run(*with_files(files))
    (work / "verified.txt").write_text(verdict)
    require("verdict: good: the launch is the one that the TPM quoted" in verdict, f"domb verify: {verdict}")
    refused = [("no file at all", command), ("no firmware log", _verify(work / "measurements.bin", folder))]
    for index, file in enumerate(files):
        refused.append((f"another {file.name}", with_files([*files[:index], _changed(file, work / "changed" / str(index)), *files[index + 1:]])))
        refused.append((f"{file.name} not named", with_files([*files[:index], *files[index + 1:]])))
    for what, words in refused:
        try:
            run(*words)
        except ToolError as error:
            require("exit status 1:" in str(error), f"{what}: {error}")
            continue
        raise CheckFailed(f"domb verify is content with {what}")


def _changed(file: Path, folder: Path) -> Path:
    """The file under its own name, with one bit turned in its middle."""
    folder.mkdir(parents=True, exist_ok=True)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    (folder / file.name).write_bytes(data)
    return folder / file.name


def closed_before_unpause(trace: list) -> None:
    """Every extend, and a reading of the PCR behind the last of them, come before the first unpause."""
    extends = [entry["seq"] for entry in trace if entry["op"] == EXTEND]
    unpauses = [entry["seq"] for entry in trace if entry["op"] in UNPAUSES]
    reads = [entry["seq"] for entry in trace if entry["op"] == READ and entry["result"] == 0]
    require(extends, "the trace has no extend")
    require(unpauses, "the trace has no unpause")
    require(extends[-1] < unpauses[0], f"extend {extends[-1]} came after unpause {unpauses[0]}")
    require(any(extends[-1] < read < unpauses[0] for read in reads),
            "the PCR was not read between the last extend and the first unpause")


def replayed(trace: list, lcm: Path, images: dict, work: Path, words: list = ()) -> None:
    """`domb replay` does with the recorded answers what was recorded, and tells the line of an entry that was edited."""
    options = [*words, *(word for index, image in images.items() for word in ("--image", f"{index}={image}"))]

    def replay(entries: list) -> str:
        path = work / "replayed.jsonl"
        path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
        return run(paths.DOMB, "replay", "--trace", path, *options, lcm)

    (work / "replayed.txt").write_text(replay(trace))
    unpauses = [number for number, entry in enumerate(trace) if entry["op"] == UNPAUSE]
    require(len(unpauses) > 1, "the trace has too few unpauses to edit")
    for number, change in ((unpauses[1], {"domid": trace[unpauses[0]]["domid"]}), (len(trace) // 2, {"result": -22}),
                           (unpauses[0] - 1, {"op": "xc_physinfo"})):
        edited = list(trace)
        edited[number] = {**trace[number], **change}
        try:
            replay(edited)
        except ToolError as error:
            require(f"replayed.jsonl:{number + 1}:" in str(error), f"line {number + 1} was edited: {error}")
            continue
        raise CheckFailed(f"line {number + 1} was edited, and the trace replays")


def unpaused(trace: list) -> list:
    """Domids in the order in which they were unpaused with success."""
    return [entry["domid"] for entry in trace if entry["op"] in UNPAUSES and entry["result"] == 0]


def in_order(order: list, dependencies: dict) -> None:
    """dependencies: {domid: [domids that come first]}; every domain is unpaused once."""
    require(sorted(order) == sorted(dependencies), f"unpaused were {order}, the LCM names {sorted(dependencies)}")
    for domid, needs in dependencies.items():
        for need in needs:
            require(order.index(need) < order.index(domid), f"domain {domid} was unpaused before domain {need}")


def life(text: str, debugcon: str, domid: int, is_hardware: bool) -> list:
    """The signs of life of a domain. A hardware domain's port 0xe9 can reach QEMU's port instead of Xen's log."""
    signs = console_log.signs_of_life(console_log.split(text).lines(domid))
    if is_hardware:
        signs += console_log.signs_of_life(debugcon.splitlines())
    return signs


def ticks(signs: list) -> int:
    """The last tick that was counted."""
    return max((int(sign.split()[1]) for sign in signs if sign.startswith("tick")), default=0)


def said(messages: list, fragment: str) -> str:
    """The first message that holds the fragment."""
    for line in messages:
        if fragment in line:
            return line
    raise CheckFailed(f"no line says {fragment!r}")


def nobody_ran(text: str, debugcon: str, allowed: set = frozenset()) -> None:
    ran = console_log.ran(console_log.split(text), debugcon) - allowed
    require(not ran, f"ran although it must not: {sorted(map(str, ran))}")


def confined(console, expected: set) -> None:
    """FLASK enforces, the boot domain has its label, and what is denied is what is expected, to nobody else."""
    said(console.xen, flask.ENFORCES)
    said(console.boot, flask.LABEL)
    denials = flask.denials(console.xen)
    others = [denial.line for denial in denials if denial.source != "domb_t"]
    require(not others, f"denied to others than the boot domain: {others}")
    found = {permission for denial in denials for permission in denial.permissions}
    require(found == expected, f"denied beyond expectation: {sorted(found - expected)}; "
                               f"expected and not denied: {sorted(expected - found)}")


def held(states: dict, domids: list) -> None:
    """By Xen's own word each of these is gone, or paused as it was built."""
    for domid in domids:
        state = states.get(domid)
        require(state is None or state.dying or state.paused > 0, f"Xen shows domain {domid} unpaused: {state}")

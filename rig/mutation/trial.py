# SPDX-License-Identifier: Apache-2.0
"""Runs the tests: those of a suite without a mutant, and those that reach a mutant with it."""
import os
import resource
import select
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

# Of address space: a mutant that never ends may take all of it.
MEMORY = 6 << 30
# One process runs suites that take about so many seconds.
TOGETHER = 2.0


@dataclass
class Suite:
    """One suite of one test target, as it is without a mutant."""
    name: str
    seconds: float = 0
    reached: set = field(default_factory=set)

    @property
    def target(self) -> str:
        return self.name.split(".")[0]

    @property
    def pattern(self) -> str:
        return "^" + self.name.replace(".", "\\.") + "/"


@dataclass
class Outcome:
    """`ended`: "passed", "failed", "trapped", "hung"."""
    ended: str
    seconds: float
    said: str = ""


def suites(program: Path) -> list[Suite]:
    done = subprocess.run([program, "--testing-library", "swift-testing", "--list-tests"], capture_output=True, text=True,
                          check=True)
    return [Suite(name) for name in sorted({line.split("/")[0] for line in done.stdout.split() if "/" in line})]


def limits() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(program: Path, patterns: list[str], timeout: float, **environment: str) -> Outcome:
    """Ends at the first failure."""
    words = [str(program), "--testing-library", "swift-testing", "--no-parallel"]
    for pattern in patterns:
        words += ["--filter", pattern]
    started = time.monotonic()
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
        preexec_fn=limits, env={**os.environ, "SWIFT_BACKTRACE": "enable=no", "NO_COLOR": "1", **environment})
    try:
        ended, said = watch(process, started + timeout)
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        process.stdout.close()
    return Outcome(ended, time.monotonic() - started, said)


def watch(process: subprocess.Popen, deadline: float) -> tuple[str, str]:
    rest, last = b"", ""
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
            return "hung", last
        data = os.read(process.stdout.fileno(), 1 << 16)
        if not data:
            break
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            last = line.decode(errors="replace")
            if last.startswith("✘"):
                return "failed", last
    status = process.wait()
    if status < 0:
        return "trapped", f"signal {-status}; {last}"
    return ("passed" if status == 0 else "failed"), last


def measure(program: Path, suite: Suite, count: int, timeout: float) -> Outcome:
    """The suite without a mutant: how long it takes, and which mutants it reaches."""
    with tempfile.NamedTemporaryFile() as seen:
        seen.write(bytes(count + 1))
        seen.flush()
        outcome = run(program, [suite.pattern], timeout, DOMB_MUTANTS_SEEN=seen.name)
        seen.seek(0)
        suite.reached = {number for number, byte in enumerate(seen.read()) if byte}
    suite.seconds = outcome.seconds
    return outcome


def together(suites: list[Suite]) -> list[list[Suite]]:
    """In their order, so many that they take about as long as a process is worth."""
    result: list[list[Suite]] = []
    for suite in suites:
        if not result or sum(other.seconds for other in result[-1]) + suite.seconds > TOGETHER:
            result.append([])
        result[-1].append(suite)
    return result


def attempt(program: Path, number: int, module: str, every: list[Suite]) -> Outcome:
    """The suites that reach the mutant: those of its own target first, the quickest first."""
    own = f"{module[:1].upper()}{module[1:]}Tests"
    reaching = sorted((suite for suite in every if number in suite.reached),
                      key=lambda suite: (suite.target != own, suite.seconds))
    if not reaching:
        return Outcome("unreached", 0)
    seconds = 0.0
    for group in together(reaching):
        timeout = 30 + 10 * sum(suite.seconds for suite in group)
        outcome = run(program, [suite.pattern for suite in group], timeout, DOMB_MUTANT=str(number))
        seconds += outcome.seconds
        if outcome.ended != "passed":
            return Outcome(outcome.ended, seconds, outcome.said)
    return Outcome("passed", seconds)

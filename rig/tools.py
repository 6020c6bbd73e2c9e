# SPDX-License-Identifier: Apache-2.0
"""Running other programs: every failure names the program, what it was asked, and what it said."""
import subprocess


class ToolError(Exception):
    pass


def run(*command, timeout: float = 120, env: dict | None = None) -> str:
    """Runs to the end and returns standard output."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=timeout, env=env,
                              stdin=subprocess.DEVNULL)
    except OSError as error:
        raise ToolError(f"{words[0]}: {error}") from None
    except subprocess.TimeoutExpired:
        raise ToolError(f"{' '.join(words)}: not done after {timeout} s") from None
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip())[-2000:]
        raise ToolError(f"{' '.join(words)}: exit status {done.returncode}: {said}")
    return done.stdout

# SPDX-License-Identifier: Apache-2.0
"""What a test cannot do without. `make unit` brings all of it, so a test that has to do without fails instead of being skipped."""
import functools
import shutil
import unittest
from pathlib import Path


def needs(*wanted: str | Path):
    """Of a test or of a whole class: fails where a program (by its name) or a file (by its path) is not there."""

    def lacking() -> list[str]:
        return [str(one) for one in wanted if not (one.exists() if isinstance(one, Path) else shutil.which(one))]

    def check() -> None:
        if missing := lacking():
            raise AssertionError(f"not there, and make unit would have brought it: {', '.join(missing)}")

    def decorate(what):
        if isinstance(what, type) and issubclass(what, unittest.TestCase):
            inherited = what.setUpClass

            def set_up(cls):
                check()
                inherited.__func__(cls)

            what.setUpClass = classmethod(set_up)
            return what

        @functools.wraps(what)
        def checked(*arguments):
            check()
            return what(*arguments)

        return checked

    return decorate

# SPDX-License-Identifier: Apache-2.0
"""The mutants: which there are, which are chosen, and how they get into a source and out of it again."""
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from mutation import accepted, candidates, trial
from mutation.bundle import Rewritten
from mutation.candidates import Candidate
import mutants

SOURCE = """struct Frame {
    func fits(_ count: Int, in room: Int) throws -> Bool {
        guard count >= 0 else { return false }
        for place in places { try write(place, count) }
        switch room {
        case 1, 2: return places.allSatisfy { $0 < room }
        default: return count < room && list == ["a", "b"]
        }
    }
    func wide(_ room: Int = 0) {}
    public func narrow(_ room: Int = 0) {}
}
"""
# What each operator makes of it, as the line is then.
EXPECTED = {
    "operator": ["guard count > 0 else { return false }", 'default: return count <= room && list == ["a", "b"]',
                 'default: return count < room || list == ["a", "b"]'],
    "guard dropped": ["guard true else { return false }"],
    "constant": ["guard count >= 1 else { return false }", "guard count >= 0 else { return true }",
                 "func wide(_ room: Int = 1) {}"],
    "first for all": ["for place in places { /* the first alone */ try write(place, count) }"],
    "error ignored": ["for place in places { do { try write(place, count) } catch {} }"],
    "arguments": ["for place in places { try write(count, place) }"],
    "statement dropped": ["for place in places { }", ""],
    "case dropped": ["case 1 where false, 2: return places.allSatisfy { $0 < room }"],
    "function": ["case 1, 2: return places.contains { $0 < room }"],
    "returned constant": ["default: return true", "default: return false"],
    "operand dropped": ["default: return count < room", 'default: return list == ["a", "b"]'],
    "element dropped": ['default: return count < room && list == ["b"]'],
    "condition": ["guard false else { return false }", "guard !(count >= 0) else { return false }"],
}


def candidate(start: int, end: int, switched: str = "", **more) -> Candidate:
    values = dict(file="Sources/A/B.swift", place="B.f", placeStart=0, placeEnd=100, line=1, kind="operator", before="a",
                  after="b") | more
    return Candidate(start=start, end=end, switched=switched, **values)


class Finder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        mutants.WORK.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            cls.file = Path(folder) / "Frame.swift"
            cls.file.write_text(SOURCE)
            done = subprocess.run([candidates.finder(mutants.WORK), cls.file], capture_output=True, text=True, check=True)
        cls.found = [Candidate(**json.loads(line)) for line in done.stdout.splitlines()]

    def test_every_operator_finds_what_it_changes(self):
        for kind, lines in EXPECTED.items():
            after = [mutant.after for mutant in self.found if mutant.kind == kind]
            for line in lines:
                self.assertIn(line, after, kind)

    def test_what_callers_of_other_modules_compile_is_none(self):
        self.assertEqual([mutant.after for mutant in self.found if "narrow" in mutant.before], [])

    def test_every_mutant_is_switched_by_its_number_and_keeps_what_was_there(self):
        source = SOURCE.encode()
        for mutant in self.found:
            self.assertEqual(mutant.switched.count("mutant(#)"), 1, mutant)
            self.assertIn(source[mutant.start:mutant.end].decode(), mutant.switched)
            self.assertEqual(mutant.line, 1 + source[:mutant.start].count(b"\n"))
            self.assertNotEqual(mutant.before, mutant.after)


class Choice(unittest.TestCase):
    every = [candidate(10 * place, 10 * place + 5, placeStart=place // 4, after=str(place)) for place in range(40)]

    def test_one_seed_chooses_the_same_whatever_comes_first(self):
        first = candidates.chosen(self.every, 1, 10)
        self.assertEqual(first, candidates.chosen(self.every[::-1], 1, 10))
        self.assertNotEqual(first, candidates.chosen(self.every, 2, 10))

    def test_lines_that_moved_choose_no_others(self):
        moved = [candidate(mutant.start + 100, mutant.end + 100, placeStart=mutant.placeStart + 100, after=mutant.after,
                           line=9) for mutant in self.every]
        self.assertEqual([mutant.after for mutant in candidates.chosen(self.every, 1, 10)],
                         [mutant.after for mutant in candidates.chosen(moved, 1, 10)])

    def test_no_declaration_has_more_than_its_share(self):
        chosen = candidates.chosen(self.every, 1, 40)
        self.assertEqual(len(chosen), 10 * candidates.MOST_OF_A_PLACE)

    def test_none_stands_within_another(self):
        inner, outer = candidate(12, 13, after="x"), candidate(10, 20, after="y")
        self.assertEqual(len(candidates.chosen([inner, outer], 1, 2)), 1)


class InASource(unittest.TestCase):
    def setUp(self):
        self.text = "func f() {\n    a < b\n}\nfunc g() {\n    c\n}\n"
        with tempfile.NamedTemporaryFile("w", suffix=".swift") as file:
            file.write(self.text)
            file.flush()
            at = self.text.index
            self.rewritten = Rewritten(Path(file.name), [
                (7, candidate(at("a <"), at("a <") + 5, "(mutant(#) ? (a <= b) : (a < b))", placeStart=0)),
                (9, candidate(at("c\n"), at("c\n") + 1, "if !mutant(#) { c }", place="B.g", placeStart=at("func g")))])

    def test_each_takes_the_place_of_its_bytes(self):
        lines = self.rewritten.bytes.decode().splitlines()
        self.assertEqual(lines[1], "    (mutant(7) ? (a <= b) : (a < b))")
        self.assertEqual(lines[4], "    if !mutant(9) { c }")

    def test_an_error_is_of_the_mutant_at_its_place_else_of_its_surroundings(self):
        self.assertEqual(self.rewritten.blamed(2, 10), {7})
        self.assertEqual(self.rewritten.blamed(2, 1), {7})
        self.assertEqual(self.rewritten.blamed(5, 8), {9})
        self.assertEqual(self.rewritten.blamed(6, 1), {9})
        self.assertEqual(self.rewritten.blamed(3, 1), {7, 9})


class Accepted(unittest.TestCase):
    def test_what_is_written_is_read(self):
        dropped = candidate(1, 2, before="a()", after="")
        other = candidate(1, 2, before="a < b", after="a <= b")
        text = "".join(accepted.written(mutant) + "nobody sees it\n" for mutant in (dropped, other))
        self.assertEqual(accepted.read("# why\n\n" + text), {dropped.key: "nobody sees it", other.key: "nobody sees it"})

    def test_what_has_no_reason_is_refused(self):
        for text in ("    - a\n", "A.swift\n    - a\n", "A.swift: f\n    + a\n", "A.swift: f\n    - a\n    because\n",
                     "A.swift: f\n    - a\n    + b\n    c\n"):
            with self.assertRaises(accepted.AcceptedError, msg=text):
                accepted.read(text)

    def test_every_accepted_one_is_a_candidate_with_a_reason(self):
        """Else it is about a line that is no more."""
        reasons = accepted.read(accepted.FILE.read_text())
        found = {mutant.key for mutant in candidates.found(mutants.WORK)}
        self.assertEqual([key for key in reasons if key not in found], [])
        self.assertEqual([key for key, reason in reasons.items() if len(reason) < 10], [])


class Trials(unittest.TestCase):
    def test_quick_suites_share_a_process_and_keep_their_order(self):
        suites = [trial.Suite(str(seconds), seconds) for seconds in (0.5, 1, 3, 1, 0.5)]
        groups = trial.together(suites)
        self.assertEqual([suite for group in groups for suite in group], suites)
        self.assertEqual([len(group) for group in groups], [2, 1, 2])

    def test_a_failure_a_trap_and_a_hang_are_told_apart(self):
        with tempfile.TemporaryDirectory() as folder:
            for body, ended in {"exit 0": "passed", "exit 1": "failed", "echo '✘ Test f() recorded an issue'; sleep 9": "failed",
                                "kill -ILL $$": "trapped", "sleep 9": "hung"}.items():
                program = Path(folder) / "program"
                program.write_text(f"#!/bin/sh\n{body}\n")
                program.chmod(0o755)
                self.assertEqual(trial.run(program, [], 0.5).ended, ended, body)


if __name__ == "__main__":
    unittest.main()

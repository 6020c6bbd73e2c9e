# SPDX-License-Identifier: Apache-2.0
"""The threads that hash (Sources/CHashWorkers), under the sanitizers, against Python's own SHA-256."""
import hashlib
import random
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent.parent / "Sources"
PAGE, PAGES = 4096, 1500

# Page n of domain d is filled with (d * 31 + n * 7) & 255; from page 1500 on there is none. Reads: threads, jobs as
# domid and segments, the order; says each job's result and digest, or stops without asking.
PROGRAM = r'''
#include <hash_workers.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096, PAGES = 1500 };

static atomic_int mapped;

static int map(void *context, uint32_t domid, uint64_t first, size_t pages, const void **out)
{
    uint8_t *bytes;

    (void)context;
    if (first > PAGES || pages > PAGES - first)
        return -EINVAL;
    bytes = malloc(pages * PAGE);
    for (size_t i = 0; i < pages; i++)
        memset(bytes + i * PAGE, (int)(domid * 31 + (first + i) * 7), PAGE);
    mapped++;
    *out = bytes;
    return 0;
}

static void unmap(void *context, const void *address, size_t pages)
{
    (void)context, (void)pages;
    mapped--;
    free((void *)address);
}

int main(void)
{
    unsigned threads, count, total = 0, asked;
    if (scanf("%u %u %u", &threads, &count, &asked) != 3)
        return 2;
    struct domb_hash_job *jobs = calloc(count, sizeof *jobs);
    struct domb_segment *segments = calloc(count * 4, sizeof *segments);
    uint32_t *order = calloc(count, sizeof *order);
    for (unsigned i = 0; i < count; i++) {
        if (scanf("%u %u", &jobs[i].domid, &jobs[i].segment_count) != 2)
            return 2;
        jobs[i].first_segment = total;
        for (unsigned j = 0; j < jobs[i].segment_count; j++, total++)
            if (scanf("%lu %lu", &segments[total].address, &segments[total].size) != 2)
                return 2;
    }
    for (unsigned i = 0; i < count; i++)
        if (scanf("%u", &order[i]) != 1)
            return 2;
    struct domb_hash_workers *workers = domb_hash_workers_start(
        (struct domb_page_source){ map, unmap, NULL }, jobs, order, count, segments, total, threads);
    free(jobs), free(segments), free(order);
    if (!workers)
        return 3;
    for (unsigned i = 0; i < asked; i++) {
        uint8_t digest[DOMB_HASH_DIGEST];
        printf("%d ", domb_hash_workers_wait(workers, i, digest));
        for (int j = 0; j < DOMB_HASH_DIGEST; j++)
            printf("%02x", digest[j]);
        printf("\n");
    }
    domb_hash_workers_stop(workers);
    return mapped != 0;
}
'''


def _content(domid: int, address: int, size: int) -> bytes:
    first, last = address // PAGE, (address + size + PAGE - 1) // PAGE
    pages = b"".join(bytes([(domid * 31 + page * 7) & 255]) * PAGE for page in range(first, last))
    return pages[address - first * PAGE:][:size]


def _random_job(chance: random.Random) -> tuple:
    # Sizes around pages and windows, seldom nothing at all.
    sizes = [0, 1, PAGE - 1, PAGE, PAGE + 1, 256 * PAGE - 1, 256 * PAGE, 256 * PAGE + 1, chance.randrange(3 << 20)]
    segments = []
    for _ in range(chance.randrange(1, 4)):
        size = chance.choice(sizes)
        segments.append((chance.randrange(PAGES * PAGE - size), size))
    return chance.randrange(8), segments


class HashWorkers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        work = Path(cls.folder.name)
        (work / "program.c").write_text(PROGRAM)
        cls.programs = {}
        for name, checks in (("address", "address,undefined"), ("thread", "thread")):
            cls.programs[name] = work / name
            subprocess.run(
                ["gcc", "-O1", "-g", f"-fsanitize={checks}", "-Wall", "-Wextra", f"-I{SOURCES}/CHashWorkers/include",
                 f"-I{SOURCES}/CCryptoShim/include", "-o", work / name, work / "program.c",
                 SOURCES / "CHashWorkers/hash_workers.c", SOURCES / "CCryptoShim/crypto_shim.c", "-lcrypto", "-lpthread"],
                check=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def run_jobs(self, program: str, jobs: list, threads: int, order: list, asked: int) -> list:
        words = [threads, len(jobs), asked]
        for domid, segments in jobs:
            words += [domid, len(segments), *[number for segment in segments for number in segment]]
        done = subprocess.run([self.programs[program]], input=" ".join(map(str, words + order)), capture_output=True, text=True,
                              timeout=120)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [line.split() for line in done.stdout.splitlines()]

    def test_digests_are_those_of_the_content_whatever_the_threads_and_the_order(self):
        seed = random.SystemRandom().randrange(1 << 32)
        chance = random.Random(seed)
        for program in self.programs:
            for threads in (1, 2, 5):
                jobs = [_random_job(chance) for _ in range(12)]
                expected = [["0", hashlib.sha256(b"".join(_content(domid, *each) for each in segments)).hexdigest()]
                            for domid, segments in jobs]
                order = chance.sample(range(len(jobs)), len(jobs))
                self.assertEqual(self.run_jobs(program, jobs, threads, order, len(jobs)), expected,
                                 f"seed {seed}, {program}, {threads} threads")

    def test_a_page_that_is_not_there_fails_its_own_job_alone(self):
        jobs = [(1, [(0, 8192)]), (2, [(PAGES * PAGE - 1, 2)]), (3, [((1 << 64) - 4096, 8192)]), (4, [(4096, 1)])]
        results = [line[0] for line in self.run_jobs("address", jobs, 2, [0, 1, 2, 3], 4)]
        self.assertEqual(results, ["0", "-22", "-75", "0"])

    def test_nobody_waits_for_what_is_stopped(self):
        jobs = [(1, [(0, 5 << 20)])] * 40
        for program in self.programs:
            self.assertEqual(len(self.run_jobs(program, jobs, 3, list(range(40)), 1)), 1)


if __name__ == "__main__":
    unittest.main()

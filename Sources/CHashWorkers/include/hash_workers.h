// SPDX-License-Identifier: Apache-2.0
// Threads that hash regions of domains' memory with SHA-256. In C, since a thread that runs Embedded Swift would need a
// runtime that PID 1 has not. Which thread hashes what, and when, changes no digest.
#ifndef DOMB_HASH_WORKERS_H
#define DOMB_HASH_WORKERS_H

#include <stddef.h>
#include <stdint.h>

enum {
    DOMB_HASH_DIGEST = 32,
    // Pages of one mapping: 1 MiB, from where on a larger one does not hash faster (docs/performance.md).
    DOMB_WINDOW_PAGES = 256
};

// Where pages come from. Both are called by several threads at once.
struct domb_page_source {
    // Maps whole pages read-only; zero, or -errno.
    int (*map)(void *context, uint32_t domid, uint64_t first_page, size_t pages, const void **out);
    void (*unmap)(void *context, const void *mapped, size_t pages);
    void *context;
};

struct domb_segment {
    uint64_t address;
    uint64_t size;
};

// The segments of one region lie one after the other in the list of all.
struct domb_hash_job {
    uint32_t domid;
    uint32_t first_segment;
    uint32_t segment_count;
};

struct domb_hash_workers;

// As many cpus as this thread may run on.
unsigned domb_hash_cpus(void);

// Starts at most so many threads, and no more than there are jobs. `order`: the jobs' numbers in the order in which threads
// take them, but that one which is waited for goes first. Jobs, segments and order are copied. A segment that reaches
// beyond 2^64 makes its job -EOVERFLOW. NULL where not even one thread could be started.
struct domb_hash_workers *domb_hash_workers_start(
    struct domb_page_source source, const struct domb_hash_job *jobs, const uint32_t *order, size_t count,
    const struct domb_segment *segments, size_t segment_count, unsigned threads);
// Waits for the job's digest: zero, or the -errno of its failed mapping.
int domb_hash_workers_wait(struct domb_hash_workers *workers, uint32_t job, uint8_t digest[DOMB_HASH_DIGEST]);
// Ends all threads, each after its window, and frees everything.
void domb_hash_workers_stop(struct domb_hash_workers *workers);

#endif

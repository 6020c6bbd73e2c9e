// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "hash_workers.h"

#include <crypto_shim.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAGE = 4096,
    WINDOW = DOMB_WINDOW_PAGES * PAGE,
    STACK = 64 << 10,
    THREADS = 64,
    TPM_ALG_SHA256 = 0x000B
};

enum state { WAITING, TAKEN, DONE };

struct job {
    struct domb_hash_job what;
    enum state state;
    int result;
    uint8_t digest[DOMB_HASH_DIGEST];
};

struct domb_hash_workers {
    struct domb_page_source source;
    struct job *jobs;
    struct domb_segment *segments;
    uint32_t *order;
    size_t count;
    pthread_mutex_t lock;
    pthread_cond_t done;
    // What follows, and the jobs' states, under the lock.
    size_t next;
    // The job that is waited for; as many as there are jobs: none.
    size_t wanted;
    bool stopping;
    unsigned threads;
    pthread_t thread[THREADS];
};

unsigned domb_hash_cpus(void)
{
    cpu_set_t cpus;

    return sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? (unsigned)CPU_COUNT(&cpus) : 1;
}

static bool is_stopping(struct domb_hash_workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    bool stopping = workers->stopping;
    pthread_mutex_unlock(&workers->lock);
    return stopping;
}

static int update(struct domb_hash_workers *workers, struct domb_hash *hash, uint32_t domid, struct domb_segment segment)
{
    if (segment.size > 0 && segment.address + (segment.size - 1) < segment.address)
        return -EOVERFLOW;
    while (segment.size > 0) {
        size_t skip = segment.address % PAGE;
        size_t size = segment.size < WINDOW - skip ? segment.size : WINDOW - skip;
        size_t pages = (skip + size - 1) / PAGE + 1;
        const void *mapped;
        int result;

        if (is_stopping(workers))
            return -ECANCELED;
        result = workers->source.map(workers->source.context, domid, segment.address / PAGE, pages, &mapped);
        if (result != 0)
            return result;
        domb_hash_update(hash, (const uint8_t *)mapped + skip, size);
        workers->source.unmap(workers->source.context, mapped, pages);
        // Wraps only where nothing remains.
        segment.address += size;
        segment.size -= size;
    }
    return 0;
}

static void hash_job(struct domb_hash_workers *workers, struct job *job)
{
    struct domb_hash hash;

    domb_hash_init(&hash, TPM_ALG_SHA256);
    job->result = 0;
    for (uint32_t i = 0; i < job->what.segment_count && job->result == 0; i++)
        job->result = update(workers, &hash, job->what.domid, workers->segments[job->what.first_segment + i]);
    domb_hash_final(&hash, job->digest);
}

// Under the lock. NULL where all jobs are taken.
static struct job *take(struct domb_hash_workers *workers)
{
    struct job *job = NULL;

    if (workers->wanted < workers->count && workers->jobs[workers->wanted].state == WAITING)
        job = &workers->jobs[workers->wanted];
    while (!job && workers->next < workers->count) {
        struct job *candidate = &workers->jobs[workers->order[workers->next++]];

        if (candidate->state == WAITING)
            job = candidate;
    }
    if (job)
        job->state = TAKEN;
    return job;
}

static void *work(void *argument)
{
    struct domb_hash_workers *workers = argument;
    struct job *job;

    pthread_mutex_lock(&workers->lock);
    while (!workers->stopping && (job = take(workers))) {
        pthread_mutex_unlock(&workers->lock);
        hash_job(workers, job);
        pthread_mutex_lock(&workers->lock);
        job->state = DONE;
        pthread_cond_broadcast(&workers->done);
    }
    pthread_mutex_unlock(&workers->lock);
    return NULL;
}

static void *copied(const void *bytes, size_t size)
{
    void *copy = malloc(size ? size : 1);

    return copy && size ? memcpy(copy, bytes, size) : copy;
}

static void release(struct domb_hash_workers *workers)
{
    free(workers->jobs);
    free(workers->segments);
    free(workers->order);
    free(workers);
}

static void start_threads(struct domb_hash_workers *workers, unsigned threads)
{
    pthread_attr_t attributes;

    if (pthread_attr_init(&attributes) != 0)
        return;
    pthread_attr_setstacksize(&attributes, STACK);
    while (workers->threads < threads && workers->threads < THREADS && workers->threads < workers->count &&
           pthread_create(&workers->thread[workers->threads], &attributes, work, workers) == 0)
        workers->threads++;
    pthread_attr_destroy(&attributes);
}

struct domb_hash_workers *domb_hash_workers_start(
    struct domb_page_source source, const struct domb_hash_job *jobs, const uint32_t *order, size_t count,
    const struct domb_segment *segments, size_t segment_count, unsigned threads)
{
    struct domb_hash_workers *workers = calloc(1, sizeof *workers);

    if (!workers)
        return NULL;
    workers->source = source;
    workers->count = workers->wanted = count;
    workers->jobs = calloc(count ? count : 1, sizeof *workers->jobs);
    workers->segments = copied(segments, segment_count * sizeof *segments);
    workers->order = copied(order, count * sizeof *order);
    if (!workers->jobs || !workers->segments || !workers->order) {
        release(workers);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        workers->jobs[i].what = jobs[i];
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->done, NULL);
    start_threads(workers, threads);
    if (workers->threads == 0) {
        release(workers);
        return NULL;
    }
    return workers;
}

int domb_hash_workers_wait(struct domb_hash_workers *workers, uint32_t job, uint8_t digest[DOMB_HASH_DIGEST])
{
    struct job *wanted = &workers->jobs[job];

    pthread_mutex_lock(&workers->lock);
    workers->wanted = job;
    while (wanted->state != DONE)
        pthread_cond_wait(&workers->done, &workers->lock);
    pthread_mutex_unlock(&workers->lock);
    memcpy(digest, wanted->digest, DOMB_HASH_DIGEST);
    return wanted->result;
}

void domb_hash_workers_stop(struct domb_hash_workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    workers->stopping = true;
    pthread_mutex_unlock(&workers->lock);
    for (unsigned i = 0; i < workers->threads; i++)
        pthread_join(workers->thread[i], NULL);
    release(workers);
}

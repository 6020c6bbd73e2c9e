// SPDX-License-Identifier: Apache-2.0
/*
 * What a careful person would write in C instead: the measured launch of domb-rehearse without a hypervisor, a plan or a check
 * of what it is given. The same hashes over the same bytes and the same TPM commands, by the same libraries.
 * usage: launcher SOCKET DOMAINS
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tss2/tss2_sys.h>
#include <tss2/tss2_tcti_swtpm.h>

enum { PCR = 11, KERNEL = 64 << 10, REGISTERS = 1032, START_INFO = 56, MAP = 24, RECORD = 512 };

struct domain {
    uint8_t *kernel;
    uint8_t registers[REGISTERS], start_info[START_INFO], map[MAP];
};

static TSS2_SYS_CONTEXT *sys;
static uint8_t sha1_value[SHA_DIGEST_LENGTH], sha256_value[SHA256_DIGEST_LENGTH];
static uint8_t *log_bytes;
static size_t log_size;
static SHA256_CTX all_data;

static void require(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "launcher: %s\n", what);
    exit(1);
}

// Not SHA1() and SHA256(): those look an algorithm up by name for every call.
static void sha1_of(const void *data, size_t size, uint8_t *digest)
{
    SHA_CTX hash;

    SHA1_Init(&hash);
    SHA1_Update(&hash, data, size);
    SHA1_Final(digest, &hash);
}

static void sha256_of(const void *data, size_t size, uint8_t *digest)
{
    SHA256_CTX hash;

    SHA256_Init(&hash);
    SHA256_Update(&hash, data, size);
    SHA256_Final(digest, &hash);
}

static void put(const void *data, size_t size)
{
    memcpy(log_bytes + log_size, data, size);
    log_size += size;
}

static void open_tpm(const char *socket)
{
    TSS2_ABI_VERSION version = TSS2_ABI_VERSION_CURRENT;
    TSS2_TCTI_CONTEXT *tcti;
    char configuration[256];
    size_t size = 0;

    snprintf(configuration, sizeof configuration, "path=%s", socket);
    require(!Tss2_Tcti_Swtpm_Init(NULL, &size, configuration), "no transport");
    tcti = calloc(1, size);
    require(tcti && !Tss2_Tcti_Swtpm_Init(tcti, &size, configuration), "no swtpm");
    size = Tss2_Sys_GetContextSize(0);
    sys = calloc(1, size);
    require(sys && !Tss2_Sys_Initialize(sys, size, tcti, &version), "no SAPI");
}

static void capability(TPM2_CAP capability, UINT32 property, UINT32 count)
{
    TPMS_CAPABILITY_DATA data;
    TPMI_YES_NO more;

    require(!Tss2_Sys_GetCapability(sys, NULL, capability, property, count, &more, &data, NULL), "TPM2_GetCapability");
}

static void read_clock(void)
{
    TPMS_TIME_INFO time;

    require(!Tss2_Sys_ReadClock(sys, NULL, &time, NULL), "TPM2_ReadClock");
}

// Both banks by one command, the log before them, and what the PCR must then be.
static void extend(uint32_t type, const uint8_t *data, uint32_t size)
{
    TSS2L_SYS_AUTH_COMMAND command = { .count = 1, .auths = { { .sessionHandle = TPM2_RS_PW } } };
    TSS2L_SYS_AUTH_RESPONSE response = { 0 };
    TPML_DIGEST_VALUES values = { .count = 2, .digests = { { .hashAlg = TPM2_ALG_SHA1 }, { .hashAlg = TPM2_ALG_SHA256 } } };
    uint32_t header[] = { PCR, type, 2 };
    uint8_t *sha1 = values.digests[0].digest.sha1, *sha256 = values.digests[1].digest.sha256;
    uint8_t both[2 * SHA256_DIGEST_LENGTH];

    sha1_of(data, size, sha1);
    sha256_of(data, size, sha256);
    SHA256_Update(&all_data, data, size);
    put(header, sizeof header);
    put(&values.digests[0].hashAlg, 2);
    put(sha1, SHA_DIGEST_LENGTH);
    put(&values.digests[1].hashAlg, 2);
    put(sha256, SHA256_DIGEST_LENGTH);
    put(&size, sizeof size);
    put(data, size);
    memcpy(both, sha1_value, SHA_DIGEST_LENGTH);
    memcpy(both + SHA_DIGEST_LENGTH, sha1, SHA_DIGEST_LENGTH);
    sha1_of(both, 2 * SHA_DIGEST_LENGTH, sha1_value);
    memcpy(both, sha256_value, SHA256_DIGEST_LENGTH);
    memcpy(both + SHA256_DIGEST_LENGTH, sha256, SHA256_DIGEST_LENGTH);
    sha256_of(both, 2 * SHA256_DIGEST_LENGTH, sha256_value);
    require(!Tss2_Sys_PCR_Extend(sys, PCR, &command, &values, &response), "TPM2_PCR_Extend");
}

// A record as long as DomB's: four content digests and the fields beside them.
static void measure(const struct domain *domain, uint32_t number)
{
    uint8_t record[RECORD] = { 0 }, *end = record;
    uint32_t size;

    memcpy(end, &number, sizeof number);
    end += 128;
    sha256_of(domain->registers, REGISTERS, end);
    sha256_of(domain->kernel, KERNEL, end + 64);
    sha256_of(domain->start_info, START_INFO, end + 128);
    sha256_of(domain->map, MAP, end + 192);
    size = (uint32_t)(end + 224 - record);
    extend(6, record, size);
}

static void compare(TPM2_ALG_ID bank, const uint8_t *expected, size_t size)
{
    TPML_PCR_SELECTION selection = { .count = 1, .pcrSelections = { { .hash = bank, .sizeofSelect = 3 } } }, selected;
    TPML_DIGEST digests;
    UINT32 updates;

    selection.pcrSelections[0].pcrSelect[PCR / 8] = 1 << PCR % 8;
    require(!Tss2_Sys_PCR_Read(sys, NULL, &selection, &updates, &selected, &digests, NULL), "TPM2_PCR_Read");
    require(digests.count == 1 && digests.digests[0].size == size && !memcmp(digests.digests[0].buffer, expected, size),
            "the PCR is not what the log leads to");
}

static void launch(const struct domain *domains, uint32_t count)
{
    uint8_t record[RECORD] = { 0 }, digest[SHA256_DIGEST_LENGTH], separator[4] = { 0 };
    SHA256_CTX soFar;

    SHA256_Init(&all_data);
    capability(TPM2_CAP_PCRS, 0, 1);
    capability(TPM2_CAP_TPM_PROPERTIES, TPM2_PT_MANUFACTURER, 8);
    read_clock();
    extend(6, record, 64);
    extend(6, record, 64);
    for (uint32_t i = 0; i < count; i++)
        measure(&domains[i], i + 1);
    extend(6, record, 64);
    soFar = all_data;
    SHA256_Final(record, &soFar);
    extend(6, record, 64);
    extend(4, separator, sizeof separator);
    sha256_of(log_bytes, log_size, digest);
    read_clock();
    compare(TPM2_ALG_SHA1, sha1_value, sizeof sha1_value);
    compare(TPM2_ALG_SHA256, sha256_value, sizeof sha256_value);
}

static uint64_t nanoseconds(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

int main(int argc, char **argv)
{
    uint32_t count = argc == 3 ? (uint32_t)atoi(argv[2]) : 0;
    struct domain *domains = calloc(count, sizeof *domains);
    uint64_t start, processor;

    require(count > 0 && domains, "usage: launcher SOCKET DOMAINS");
    for (uint32_t i = 0; i < count; i++) {
        domains[i].kernel = malloc(KERNEL);
        require(domains[i].kernel != NULL, "no memory");
        memset(domains[i].kernel, (int)(i + 1) | 1, KERNEL);
    }
    log_bytes = malloc((count + 8) * (size_t)(RECORD + 128));
    require(log_bytes != NULL, "no memory");
    start = nanoseconds(CLOCK_MONOTONIC);
    processor = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
    open_tpm(argv[1]);
    launch(domains, count);
    processor = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - processor;
    printf("took %llu ns, processor %llu ns\n", (unsigned long long)(nanoseconds(CLOCK_MONOTONIC) - start),
           (unsigned long long)processor);
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
// The TPM commands of a launch, over tss2's SAPI and its device TCTI, each sent once. Results are TSS2_RC: zero, a TPM response
// code, or a layer's code in bits 16 to 23.
#ifndef DOMB_TSS_SHIM_H
#define DOMB_TSS_SHIM_H

#include <stddef.h>
#include <stdint.h>
#include <tss2/tss2_tcti.h>

struct domb_tpm;

// Opens the device and a SAPI context over it.
uint32_t domb_tpm_open(const char *device, struct domb_tpm **out);
// The same by another transport.
uint32_t domb_tpm_open_with(TSS2_TCTI_INIT_FUNC init, const char *configuration, struct domb_tpm **out);
void domb_tpm_close(struct domb_tpm *tpm);

// TPM2_GetCapability(TPM_CAP_PCRS): the algorithms whose selection holds the PCR. count: in the capacity, out the number.
uint32_t domb_tpm_active_banks(struct domb_tpm *tpm, uint32_t pcr, uint16_t *algorithms, size_t *count);

struct domb_tpm_identity {
    uint8_t manufacturer[4];
    uint8_t vendor[16];
    uint64_t firmware;
};

// TPM2_GetCapability(TPM_CAP_TPM_PROPERTIES): TPM_PT_MANUFACTURER, VENDOR_STRING_1 to 4, FIRMWARE_VERSION_1 and 2.
uint32_t domb_tpm_get_identity(struct domb_tpm *tpm, struct domb_tpm_identity *identity);

// TPM2_ReadClock: resetCount and restartCount.
uint32_t domb_tpm_reset_counts(struct domb_tpm *tpm, uint32_t *reset, uint32_t *restart);

// TPM2_GetTestResult: testResult.
uint32_t domb_tpm_test_result(struct domb_tpm *tpm, uint32_t *result);

uint32_t domb_tpm_set_locality(struct domb_tpm *tpm, uint8_t locality);

struct domb_tpm_digest {
    uint16_t algorithm;
    uint16_t size;
    uint8_t bytes[64];
};

// TPM2_PCR_Extend with one digest for each bank, in one command.
uint32_t domb_tpm_extend(struct domb_tpm *tpm, uint32_t pcr, const struct domb_tpm_digest *digests, size_t count);

// TPM2_PCR_Read of one PCR in one bank. size: in 64, out the bytes; zero where the TPM has no such bank.
uint32_t domb_tpm_read(struct domb_tpm *tpm, uint32_t pcr, uint16_t algorithm, uint8_t *bytes, size_t *size);

#endif

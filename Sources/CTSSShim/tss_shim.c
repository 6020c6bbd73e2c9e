// SPDX-License-Identifier: Apache-2.0
#include "tss_shim.h"

#include <stdlib.h>
#include <string.h>
#include <tss2/tss2_sys.h>
#include <tss2/tss2_tcti_device.h>

struct domb_tpm {
    TSS2_TCTI_INIT_FUNC init;
    char *configuration;
    TSS2_TCTI_CONTEXT *tcti;
    // NULL where the device could not be opened again.
    TSS2_SYS_CONTEXT *sys;
};

static void close_contexts(struct domb_tpm *tpm)
{
    if (tpm->sys) {
        Tss2_Sys_Finalize(tpm->sys);
        free(tpm->sys);
        tpm->sys = NULL;
    }
    if (tpm->tcti) {
        Tss2_Tcti_Finalize(tpm->tcti);
        free(tpm->tcti);
        tpm->tcti = NULL;
    }
}

static TSS2_RC open_tcti(struct domb_tpm *tpm)
{
    size_t size = 0;
    TSS2_RC rc = tpm->init(NULL, &size, tpm->configuration);

    if (rc)
        return rc;
    tpm->tcti = calloc(1, size);
    if (!tpm->tcti)
        return TSS2_TCTI_RC_MEMORY;
    rc = tpm->init(tpm->tcti, &size, tpm->configuration);
    if (rc) {
        free(tpm->tcti);
        tpm->tcti = NULL;
    }
    return rc;
}

static TSS2_RC open_contexts(struct domb_tpm *tpm)
{
    TSS2_ABI_VERSION version = TSS2_ABI_VERSION_CURRENT;
    size_t size = Tss2_Sys_GetContextSize(0);
    TSS2_RC rc = open_tcti(tpm);

    if (rc)
        return rc;
    tpm->sys = calloc(1, size);
    rc = tpm->sys ? Tss2_Sys_Initialize(tpm->sys, size, tpm->tcti, &version) : TSS2_TCTI_RC_MEMORY;
    if (rc) {
        free(tpm->sys);
        tpm->sys = NULL;
        close_contexts(tpm);
    }
    return rc;
}

uint32_t domb_tpm_open(const char *device, struct domb_tpm **out)
{
    return domb_tpm_open_with(Tss2_Tcti_Device_Init, device, out);
}

uint32_t domb_tpm_open_with(TSS2_TCTI_INIT_FUNC init, const char *configuration, struct domb_tpm **out)
{
    struct domb_tpm *tpm = calloc(1, sizeof *tpm);
    TSS2_RC rc = TSS2_TCTI_RC_MEMORY;

    if (!tpm)
        return rc;
    tpm->init = init;
    tpm->configuration = strdup(configuration);
    if (tpm->configuration)
        rc = open_contexts(tpm);
    if (rc) {
        domb_tpm_close(tpm);
        return rc;
    }
    *out = tpm;
    return 0;
}

void domb_tpm_close(struct domb_tpm *tpm)
{
    close_contexts(tpm);
    free(tpm->configuration);
    free(tpm);
}

// A code of a layer above the TPM: the contexts may be in the middle of a command, and would refuse the next one
// (TSS2_SYS_RC_BAD_SEQUENCE). With new ones the TPM can be asked what became of it.
static TSS2_RC settled(struct domb_tpm *tpm, TSS2_RC rc)
{
    if (rc & TSS2_RC_LAYER_MASK) {
        close_contexts(tpm);
        open_contexts(tpm);
    }
    return rc;
}

#define COMMAND(tpm, call) ((tpm)->sys ? settled(tpm, (call)) : TSS2_TCTI_RC_NO_CONNECTION)

static int selects(const TPMS_PCR_SELECTION *selection, uint32_t pcr)
{
    return pcr / 8 < selection->sizeofSelect && selection->pcrSelect[pcr / 8] >> pcr % 8 & 1;
}

uint32_t domb_tpm_active_banks(struct domb_tpm *tpm, uint32_t pcr, uint16_t *algorithms, size_t *count)
{
    TPMS_CAPABILITY_DATA data;
    TPMI_YES_NO more;
    size_t capacity = *count;
    TSS2_RC rc = COMMAND(tpm, Tss2_Sys_GetCapability(tpm->sys, NULL, TPM2_CAP_PCRS, 0, 1, &more, &data, NULL));

    *count = 0;
    if (rc)
        return rc;
    for (UINT32 i = 0; i < data.data.assignedPCR.count; i++) {
        const TPMS_PCR_SELECTION *selection = &data.data.assignedPCR.pcrSelections[i];

        if (!selects(selection, pcr))
            continue;
        if (*count == capacity)
            return TSS2_SYS_RC_INSUFFICIENT_BUFFER;
        algorithms[(*count)++] = selection->hash;
    }
    return 0;
}

static void big_endian(uint8_t *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = value >> (24 - 8 * i);
}

static void take_property(struct domb_tpm_identity *identity, const TPMS_TAGGED_PROPERTY *property)
{
    uint32_t tag = property->property;

    if (tag == TPM2_PT_MANUFACTURER)
        big_endian(identity->manufacturer, property->value);
    else if (tag >= TPM2_PT_VENDOR_STRING_1 && tag <= TPM2_PT_VENDOR_STRING_4)
        big_endian(identity->vendor + 4 * (tag - TPM2_PT_VENDOR_STRING_1), property->value);
    else if (tag == TPM2_PT_FIRMWARE_VERSION_1)
        identity->firmware |= (uint64_t)property->value << 32;
    else if (tag == TPM2_PT_FIRMWARE_VERSION_2)
        identity->firmware |= property->value;
}

uint32_t domb_tpm_get_identity(struct domb_tpm *tpm, struct domb_tpm_identity *identity)
{
    // From the manufacturer to the second word of the firmware's version the tags follow each other.
    enum { COUNT = TPM2_PT_FIRMWARE_VERSION_2 - TPM2_PT_MANUFACTURER + 1 };
    TPMS_CAPABILITY_DATA data;
    TPMI_YES_NO more;
    TSS2_RC rc = COMMAND(tpm, Tss2_Sys_GetCapability(tpm->sys, NULL, TPM2_CAP_TPM_PROPERTIES, TPM2_PT_MANUFACTURER, COUNT,
                                                  &more, &data, NULL));

    if (rc)
        return rc;
    memset(identity, 0, sizeof *identity);
    for (UINT32 i = 0; i < data.data.tpmProperties.count; i++)
        take_property(identity, &data.data.tpmProperties.tpmProperty[i]);
    return 0;
}

uint32_t domb_tpm_reset_counts(struct domb_tpm *tpm, uint32_t *reset, uint32_t *restart)
{
    TPMS_TIME_INFO time;
    TSS2_RC rc = COMMAND(tpm, Tss2_Sys_ReadClock(tpm->sys, NULL, &time, NULL));

    if (rc)
        return rc;
    *reset = time.clockInfo.resetCount;
    *restart = time.clockInfo.restartCount;
    return 0;
}

uint32_t domb_tpm_test_result(struct domb_tpm *tpm, uint32_t *result)
{
    TPM2B_MAX_BUFFER data = { .size = sizeof data.buffer };

    return COMMAND(tpm, Tss2_Sys_GetTestResult(tpm->sys, NULL, &data, result, NULL));
}

uint32_t domb_tpm_set_locality(struct domb_tpm *tpm, uint8_t locality)
{
    return tpm->tcti ? Tss2_Tcti_SetLocality(tpm->tcti, locality) : TSS2_TCTI_RC_NO_CONNECTION;
}

uint32_t domb_tpm_extend(struct domb_tpm *tpm, uint32_t pcr, const struct domb_tpm_digest *digests, size_t count)
{
    // An empty password: PCRs of the PC Client profile have no other authorisation.
    TSS2L_SYS_AUTH_COMMAND command = { .count = 1, .auths = { { .sessionHandle = TPM2_RS_PW } } };
    TSS2L_SYS_AUTH_RESPONSE response = { 0 };
    TPML_DIGEST_VALUES values = { .count = (UINT32)count };

    if (count > TPM2_NUM_PCR_BANKS)
        return TSS2_SYS_RC_BAD_VALUE;
    for (size_t i = 0; i < count; i++) {
        values.digests[i].hashAlg = digests[i].algorithm;
        memcpy(&values.digests[i].digest, digests[i].bytes, digests[i].size);
    }
    return COMMAND(tpm, Tss2_Sys_PCR_Extend(tpm->sys, pcr, &command, &values, &response));
}

uint32_t domb_tpm_read(struct domb_tpm *tpm, uint32_t pcr, uint16_t algorithm, uint8_t *bytes, size_t *size)
{
    TPML_PCR_SELECTION selection = { .count = 1, .pcrSelections = { { .hash = algorithm, .sizeofSelect = 3 } } };
    TPML_PCR_SELECTION selected;
    TPML_DIGEST digests;
    UINT32 updates;
    TSS2_RC rc;

    selection.pcrSelections[0].pcrSelect[pcr / 8] = (BYTE)(1 << pcr % 8);
    rc = COMMAND(tpm, Tss2_Sys_PCR_Read(tpm->sys, NULL, &selection, &updates, &selected, &digests, NULL));
    if (rc)
        return rc;
    if (digests.count > 1 || (digests.count == 1 && digests.digests[0].size > *size))
        return TSS2_SYS_RC_MALFORMED_RESPONSE;
    *size = digests.count ? digests.digests[0].size : 0;
    memcpy(bytes, digests.digests[0].buffer, *size);
    return 0;
}

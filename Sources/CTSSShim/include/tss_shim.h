// SPDX-License-Identifier: Apache-2.0
// tss2's SAPI and its transports, for Swift to call, and what of them are macros that Swift does not see.
#ifndef DOMB_TSS_SHIM_H
#define DOMB_TSS_SHIM_H

#include <stdlib.h>
#include <tss2/tss2_sys.h>
#include <tss2/tss2_tcti_device.h>
// For rehearsals on a host. PID 1 does not link it.
#include <tss2/tss2_tcti_swtpm.h>

enum {
    // The layers above the TPM.
    DOMB_LAYER_MASK = TSS2_RC_LAYER_MASK,
    DOMB_NO_MEMORY = TSS2_TCTI_RC_MEMORY,
    DOMB_NO_CONNECTION = TSS2_TCTI_RC_NO_CONNECTION,
    DOMB_MALFORMED_RESPONSE = TSS2_SYS_RC_MALFORMED_RESPONSE,
    DOMB_PASSWORD = TPM2_RS_PW
};

TSS2_RC domb_sys_initialize(TSS2_SYS_CONTEXT *context, size_t size, TSS2_TCTI_CONTEXT *transport);
TSS2_RC domb_tcti_set_locality(TSS2_TCTI_CONTEXT *transport, uint8_t locality);
void domb_tcti_finalize(TSS2_TCTI_CONTEXT *transport);

#endif

// SPDX-License-Identifier: Apache-2.0
#include "tss_shim.h"

TSS2_RC domb_sys_initialize(TSS2_SYS_CONTEXT *context, size_t size, TSS2_TCTI_CONTEXT *transport)
{
    TSS2_ABI_VERSION version = TSS2_ABI_VERSION_CURRENT;

    return Tss2_Sys_Initialize(context, size, transport, &version);
}

TSS2_RC domb_tcti_set_locality(TSS2_TCTI_CONTEXT *transport, uint8_t locality)
{
    return Tss2_Tcti_SetLocality(transport, locality);
}

void domb_tcti_finalize(TSS2_TCTI_CONTEXT *transport)
{
    Tss2_Tcti_Finalize(transport);
}

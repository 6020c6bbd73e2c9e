// SPDX-License-Identifier: Apache-2.0
#include "swtpm_shim.h"

#include <tss2/tss2_tcti_swtpm.h>

#include "tss_shim.h"

uint32_t domb_tpm_open_swtpm(const char *configuration, struct domb_tpm **out)
{
    return domb_tpm_open_with(Tss2_Tcti_Swtpm_Init, configuration, out);
}

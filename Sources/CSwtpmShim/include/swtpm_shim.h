// SPDX-License-Identifier: Apache-2.0
// The road to a swtpm, for rehearsals on a host. PID 1 does not link it.
#ifndef DOMB_SWTPM_SHIM_H
#define DOMB_SWTPM_SHIM_H

#include <stdint.h>

struct domb_tpm;

// Opens swtpm's socket: "path=SOCKET", with the control channel at SOCKET.ctrl. The corresponding C function is
// Tss2_Tcti_Swtpm_Init.
uint32_t domb_tpm_open_swtpm(const char *configuration, struct domb_tpm **out);

#endif

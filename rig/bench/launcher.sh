#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What people write instead: sha256sum and tpm2-tools. usage: launcher.sh FOLDER-OF-IMAGES; TPM2TOOLS_TCTI names the TPM.
set -euo pipefail

# record TEXT...: one measurement into both banks.
record() {
    local data="$*" sha1 sha256
    sha1=$(printf '%s' "$data" | sha1sum)
    sha256=$(printf '%s' "$data" | sha256sum)
    printf '%s\n' "$data" >>"$log"
    tpm2_pcrextend "11:sha1=${sha1%% *},sha256=${sha256%% *}"
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
record "identity $(uname -r)"
record "lcm"
for image in "$1"/*; do
    digest=$(sha256sum "$image")
    record "domain ${image##*/} ${digest%% *}"
done
record "configuration"
digest=$(sha256sum "$log")
record "cap ${digest%% *}"
record "separator"
tpm2_pcrread sha1:11+sha256:11 >/dev/null

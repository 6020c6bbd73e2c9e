#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: validate-sbom.sh FILE
# Has the SPDX project's own tool judge a list of what is inside: schema, identifiers, licence expressions.
. "$(cd "$(dirname "$0")" && pwd)/../rig/deps/common.sh"

install() {
    rm -rf "$CACHE/spdx-tools"
    run spdx-venv python3 -m venv "$CACHE/spdx-tools"
    run spdx-pip "$CACHE/spdx-tools/bin/pip" install --disable-pip-version-check spdx-tools==0.8.5
}

[ $# -eq 1 ] || { echo "usage: validate-sbom.sh FILE" >&2; exit 64; }
once spdx-tools install
"$CACHE/spdx-tools/bin/pyspdxtools" -i "$1"
printf 'ok    %s: valid by pyspdxtools\n' "$(basename "$1")"

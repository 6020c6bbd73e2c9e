#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# xen-release.sh NAME...: writes the release of the libraries in $DOMB_CACHE/NAME where the sources find it. Xen's public
# headers do not have it, and two releases may have the same numbers in them.
. "$(dirname "$0")/common.sh"

for name in "$@"; do
    description=$(find -L "$CACHE/$name/usr/lib/" -name xencontrol.pc | head -n 1)
    version=$(sed -n 's/^Version: *//p' "${description:-/dev/null}")
    IFS=. read -r major minor _ <<<"$version"
    [[ $major =~ ^[0-9]+$ && $minor =~ ^[0-9]+$ ]] || { say "$CACHE/$name: no xencontrol.pc that tells Xen's release"; exit 1; }
    mkdir -p "$CACHE/$name/domb"
    header=$(printf '#define DOMB_XEN_RELEASE (%su << 16 | %su)\n#define DOMB_XEN_MINOR %s' "$major" "$minor" "$minor")
    # Not touched where nothing has changed: what includes it is not compiled again.
    [ "$(cat "$CACHE/$name/domb/xen_release.h" 2>/dev/null)" = "$header" ] ||
        printf '%s\n' "$header" >"$CACHE/$name/domb/xen_release.h"
done

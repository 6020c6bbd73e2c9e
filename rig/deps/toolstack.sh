#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Downloads and unpacks, without installing, the toolstack of Debian 13's Xen 4.20 (xl, xenstored, xenconsoled), the
# libraries that it is linked with, and a static busybox: a classic dom0 for the rig.
. "$(dirname "$0")/common.sh"

PACKAGES="xen-utils-4.20 libxenmisc4.20 libxencall1 libxendevicemodel1 libxenevtchn1 libxenforeignmemory1 libxengnttab1
    libxenhypfs1 libxenstore4 libxentoolcore1 libxentoollog1 libyajl2 libuuid1 liblzma5 libzstd1 zlib1g libc6 libgcc-s1
    busybox-static"

toolstack() {
    say "downloading xl and xenstored (Debian 13)"
    local folder="$CACHE/debs/toolstack" deb
    run trixie-update "$DEPS/trixie.sh" get update
    rm -rf "$folder" "$CACHE/toolstack"
    mkdir -p "$folder" && cd "$folder"
    # shellcheck disable=SC2086
    run toolstack-debs "$DEPS/trixie.sh" get download $PACKAGES
    for deb in *.deb; do dpkg -x "$deb" "$CACHE/toolstack"; done
    rm -rf "$folder"
}

once toolstack toolstack

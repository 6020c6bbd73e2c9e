#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Debian 12's own Xen, 4.17, and the static libraries that match it, unpacked without installing.
. "$(dirname "$0")/common.sh"

packages() {
    say "downloading Xen 4.17 (Debian 12)"
    [ -n "$(apt-cache depends xen-hypervisor-4.17-amd64 2>/dev/null)" ] || run apt-update apt-get update
    mkdir -p "$CACHE/debs/xen417" && cd "$CACHE/debs/xen417"
    run xen417-debs apt-get download libxen-dev xen-hypervisor-4.17-amd64
    for deb in libxen-dev_*.deb xen-hypervisor-4.17-amd64_*.deb; do dpkg -x "$deb" "$CACHE/xen417"; done
    rm -rf "$CACHE/debs/xen417"
}

once xen417-packages packages

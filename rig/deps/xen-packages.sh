#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Downloads and unpacks, without installing, Debian 13's Xen (xen.efi and the matching static libraries) and
# Debian 12's kernel, whose Xen drivers the boot domain loads.
. "$(dirname "$0")/common.sh"

trixie_packages() {
    say "downloading Xen 4.20 (Debian 13)"
    run trixie-update "$DEPS/trixie.sh" get update
    mkdir -p "$CACHE/debs" && cd "$CACHE/debs"
    run trixie-debs "$DEPS/trixie.sh" get download libxen-dev xen-hypervisor-4.20-amd64
    for deb in libxen-dev_*.deb xen-hypervisor-4.20-amd64_*.deb; do dpkg -x "$deb" "$CACHE/xen"; done
    rm -f libxen-dev_*.deb xen-hypervisor-*.deb
}

# The generic kernel: the cloud one has no CONFIG_XEN_DOM0.
kernel_package() {
    say "downloading Linux (Debian 12)"
    [ -n "$(apt-cache depends linux-image-amd64 2>/dev/null)" ] || run apt-update apt-get update
    local package
    package=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image-/ {print $2; exit}')
    mkdir -p "$CACHE/debs" && cd "$CACHE/debs"
    run kernel-deb apt-get download "$package"
    rm -rf "$CACHE/kernel"
    dpkg -x "${package}"_*.deb "$CACHE/kernel"
    rm -f "${package}"_*.deb
    python3 "$DEPS/extract-vmlinux.py" "$CACHE"/kernel/boot/vmlinuz-* "$CACHE/kernel/boot/vmlinux"
}

once trixie-packages trixie_packages
once kernel-package kernel_package

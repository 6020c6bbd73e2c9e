#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the hypervisor of the true handoff from Debian 13's source package: XSM (FLASK) and LATE_HWDOM on, the
# rest as Debian has it. Only xen/ is built, no tools.
. "$(dirname "$0")/common.sh"

# The version that the rig was proven with, by its digests. A mirror's lists may be ahead of its pool: then the lists'
# own version is not to be had, and where the pool has moved on, this one is not.
known_version() {
    pool x/xen/xen_4.20.3+127-gc42374a105.orig.tar.xz \
        df0831854a55a8f31cb3cb85036f2edc928e2ef098d77f815f5714bfafac68f3 &&
        pool x/xen/xen_4.20.3+127-gc42374a105-0+deb13u1.debian.tar.xz \
            b1f909d626f3d4ba6965ba291dd97b0dfbbe48bb8e2510913cbc1760c5e8cb3e
}

# Debian's .dsc is not on every mirror; the two tarballs are enough.
listed_version() {
    "$DEPS/trixie.sh" get update && "$DEPS/trixie.sh" get source --tar-only --only-source xen &&
        "$DEPS/trixie.sh" get source --diff-only --only-source xen
}

fetch() { known_version || listed_version; }

build() {
    say "building Xen 4.20 with XSM and LATE_HWDOM (2 to 3 minutes)"
    local work="$CACHE/build/xen"
    rm -rf "$work" && mkdir -p "$work" && cd "$work"
    run xen-source fetch
    tar xf xen_*.orig.tar.xz
    cd xen-*/
    tar xf ../xen_*.debian.tar.xz
    local patch
    while read -r patch; do
        case $patch in '' | '#'*) continue ;; esac
        run xen-patch patch -p1 -i "debian/patches/$patch"
    done <debian/patches/series
    printf '%s\n' CONFIG_EXPERT=y CONFIG_UNSUPPORTED=y CONFIG_XSM=y CONFIG_XSM_FLASK=y CONFIG_LATE_HWDOM=y \
        '# CONFIG_DEBUG is not set' >xen/.config
    run xen-config make -C xen olddefconfig
    grep -q '^CONFIG_LATE_HWDOM=y' xen/.config || { say "this Xen has no LATE_HWDOM"; return 1; }
    run xen-make make -C xen -j"$(nproc)" XEN_BUILD_DATE=1970-01-01 XEN_BUILD_TIME=00:00:00 XEN_WHOAMI=domb \
        XEN_DOMAIN=rig XEN_BUILD_HOST=rig
    cp xen/xen.efi "$CACHE/xen-late-hwdom.efi"
    rm -rf "$work"
}

once xen-xsm build

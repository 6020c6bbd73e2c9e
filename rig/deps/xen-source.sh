# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Debian 13's source package of Xen, for the scripts that build a part of it. To be read after common.sh.

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

# xen_source FOLDER: makes the folder anew, with the source in it as Debian builds it, and goes into the source.
xen_source() {
    rm -rf "$1" && mkdir -p "$1" && cd "$1" || exit
    run xen-source fetch
    tar xf xen_*.orig.tar.xz
    cd xen-*/ || exit
    tar xf ../xen_*.debian.tar.xz
    local patch
    while read -r patch; do
        case $patch in '' | '#'*) continue ;; esac
        run xen-patch patch -p1 -i "debian/patches/$patch"
    done <debian/patches/series
}

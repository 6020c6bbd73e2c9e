#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the static tss2 (SAPI, marshalling, device and swtpm TCTI) from Debian 13's source package: Debian
# ships no static one.
. "$(dirname "$0")/common.sh"

# As in xen-xsm.sh: the version that is known to build, else the one that the lists have.
fetch() {
    pool t/tpm2-tss/tpm2-tss_4.1.3.orig.tar.gz 8a389bda64690910e7af7deaf64703a3faed416dc538c9c3e4f893f24893524d ||
        { "$DEPS/trixie.sh" get update && "$DEPS/trixie.sh" get source --tar-only --only-source tpm2-tss; }
}

build() {
    say "building the static tss2 (about 100 s)"
    local work="$CACHE/build/tss2"
    rm -rf "$work" && mkdir -p "$work" && cd "$work"
    run tss2-source fetch
    local tarball version
    tarball=$(ls tpm2-tss_*.orig.tar.gz)
    version=${tarball#tpm2-tss_}
    version=${version%.orig.tar.gz}
    tar xf "$tarball"
    cd "tpm2-tss-$version"
    # The source package is a git export: bootstrap asks git for a version that it does not have.
    printf '%s' "$version" >VERSION
    sed -i 's/^git describe.*/:/' bootstrap
    run tss2-bootstrap ./bootstrap
    mkdir build && cd build
    local off="" tcti
    for tcti in mssim pcap libtpms cmd spi-helper spi-ltt2go spi-ftdi i2c-ftdi i2c-helper spidev; do
        off="$off --disable-tcti-$tcti"
    done
    # shellcheck disable=SC2086
    run tss2-configure ../configure --disable-shared --enable-static --disable-doxygen-doc --disable-fapi \
        --disable-policy --disable-esys $off --enable-tcti-device --enable-tcti-swtpm --enable-nodl \
        --with-crypto=ossl --with-maxloglevel=none --prefix="$CACHE/tss2" \
        CFLAGS="-Os -ffunction-sections -fdata-sections"
    run tss2-make make -j"$(nproc)"
    run tss2-install make install
    # Both TCTIs define the symbol by which a loader would find them; nothing loads them here.
    for library in "$CACHE"/tss2/lib/libtss2-tcti-{device,swtpm}.a; do objcopy -L Tss2_Tcti_Info "$library"; done
    rm -rf "$work"
}

once tss2 build

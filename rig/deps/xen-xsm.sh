#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the hypervisor of the true handoff from Debian 13's source package: XSM (FLASK) and LATE_HWDOM on, the
# rest as Debian has it. Only xen/ is built, no tools.
. "$(dirname "$0")/common.sh"

. "$DEPS/xen-source.sh"

build() {
    say "building Xen 4.20 with XSM and LATE_HWDOM (2 to 3 minutes)"
    local work="$CACHE/build/xen"
    xen_source "$work"
    printf '%s\n' CONFIG_EXPERT=y CONFIG_UNSUPPORTED=y CONFIG_XSM=y CONFIG_XSM_FLASK=y CONFIG_LATE_HWDOM=y \
        '# CONFIG_DEBUG is not set' >xen/.config
    run xen-config make -C xen olddefconfig
    grep -q '^CONFIG_LATE_HWDOM=y' xen/.config || { say "this Xen has no LATE_HWDOM"; return 1; }
    run xen-make make -C xen -j"$(nproc)" XEN_BUILD_DATE=1970-01-01 XEN_BUILD_TIME=00:00:00 XEN_WHOAMI=domb \
        XEN_DOMAIN=rig XEN_BUILD_HOST=rig
    cp xen/xen.efi "$CACHE/xen-late-hwdom.efi"
    # For GRUB.
    cp xen/xen.gz "$CACHE/xen-late-hwdom.gz"
    rm -rf "$work"
}

once xen-xsm build

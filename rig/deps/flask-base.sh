#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Takes Xen's own FLASK policy (classes, permissions, macros, the base module) out of Debian 13's source package, for
# flask/build.sh. It is the hypervisor's that xen-xsm.sh builds: permissions are bits, and both must have the same.
. "$(dirname "$0")/common.sh"
. "$DEPS/xen-source.sh"

take() {
    say "taking Xen's FLASK policy files"
    local work="$CACHE/build/flask"
    xen_source "$work"
    rm -rf "$CACHE/flask-base"
    mkdir -p "$CACHE/flask-base"
    cp -r xen/xsm/flask/policy "$CACHE/flask-base/xen"
    cp -r tools/flask/policy/policy tools/flask/policy/modules "$CACHE/flask-base/"
    rm -rf "$work"
}

once flask-base take

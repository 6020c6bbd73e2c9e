#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds xenstored from Debian 13's source package of Xen, static: one file, so that one digest names all of it. Its own
# Makefile wants the whole tools tree configured; these few files need nothing of that but where things lie.
. "$(dirname "$0")/common.sh"
. "$DEPS/xen-source.sh"

PARTS="core watch domain transaction control lu talloc utils hashtable posix lu_daemon"
LIBRARIES="store evtchn gnttab ctrl foreignmemory call devicemodel toolcore toollog"

compile() {
    local part library files=() archives=() isoc23="$DEPS/../../Sources/CIsoc23"
    for part in $PARTS; do files+=("$part.c"); done
    for library in $LIBRARIES; do archives+=("$CACHE/xen/usr/lib/x86_64-linux-gnu/libxen$library.a"); done
    gcc -std=gnu99 -Os -static -ffunction-sections -Wl,--gc-sections -Wl,--build-id=none -D__XEN_TOOLS__ \
        -DINCLUDE_ENDIAN_H='<endian.h>' -DXEN_RUN_DIR='"/var/run/xen"' -DXEN_LIB_DIR='"/var/lib/xen"' \
        -DXEN_RUN_STORED='"/var/run/xenstored"' -DXEN_LOG_DIR='"/var/log/xen"' \
        -I. -I../../own-include -I"$CACHE/xen/usr/include" -I"$isoc23/include" "${files[@]}" "$isoc23/isoc23.c" \
        -o "$CACHE/xenstored.new" -Wl,--start-group "${archives[@]}" -Wl,--end-group
}

build() {
    say "building xenstored"
    local work="$CACHE/build/xenstored"
    xen_source "$work"
    # The internal headers alone: the others are those of the library packages.
    mkdir own-include
    cp -r tools/include/xen-tools own-include/
    cd tools/xenstored
    run xenstored compile
    strip "$CACHE/xenstored.new"
    mv "$CACHE/xenstored.new" "$CACHE/xenstored"
    rm -rf "$work"
}

once xenstored build

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# xen-own.sh PREFIX: makes a Xen of one's own fit to be built against: headers and static libraries as `make install` of Xen
# leaves them below PREFIX, or below PREFIX/usr/local or PREFIX/usr. Prints the name of the folder in $DOMB_CACHE that stands
# for it (docs/xen-versions.md).
. "$(dirname "$0")/common.sh"

ARCHIVES="ctrl guest foreignmemory call evtchn gnttab devicemodel store toolcore toollog"
# What libxenguest unpacks kernels with, where its configure has found it: its pkg-config file does not tell.
UNPACKERS="inflate=z lzma_code=lzma BZ2_bzDecompress=bz2 ZSTD_decompress=zstd lzo1x_decompress_safe=lzo2 LZ4_decompress_safe=lz4"

fail() { say "$*"; exit 1; }

# first_with FILE FOLDER...: the first folder that has it.
first_with() {
    local file=$1 folder
    shift
    for folder; do [ -e "$folder/$file" ] && printf '%s' "$folder" && return; done
    return 1
}

[ -d "$1" ] || fail "$1: no such folder"
prefix=$(realpath "$1")
root=$(first_with include/xenctrl.h "$prefix" "$prefix/usr/local" "$prefix/usr") ||
    fail "$1: no include/xenctrl.h in it, in usr/local or in usr: where does make install of Xen put its headers?"
libraries=$(first_with libxenctrl.a "$root/lib" "$root/lib64" "$root/lib/x86_64-linux-gnu") ||
    fail "$root: no lib/libxenctrl.a: the programs are static, and a Xen with shared libraries alone cannot serve them"
for archive in $ARCHIVES; do
    [ -e "$libraries/libxen$archive.a" ] || fail "$libraries: libxen$archive.a is missing"
done
packages=$(first_with xencontrol.pc "$libraries/pkgconfig" "$root/share/pkgconfig" "$root/lib/pkgconfig") ||
    fail "$root: no xencontrol.pc, which alone tells Xen's release"
version=$(PKG_CONFIG_LIBDIR=$packages pkg-config --modversion xencontrol 2>/dev/null || true)
[[ $version =~ ^([0-9]+\.[0-9]+) ]] || fail "$packages: xencontrol.pc tells no release"

flags=()
symbols=$(nm -u "$libraries/libxenguest.a")
for pair in $UNPACKERS; do
    grep -qw "${pair%=*}" <<<"$symbols" || continue
    library=${pair#*=}
    [ "$(gcc -print-file-name="lib$library.a")" != "lib$library.a" ] ||
        fail "$libraries/libxenguest.a wants ${pair%=*}, and there is no static lib$library (its -dev package)"
    flags+=("-l$library")
done

# Another build of the same release gets a folder of its own where its structures may be others.
name="xen-own-${BASH_REMATCH[1]}-$(cat "$root"/include/xen/{domctl,sysctl}.h "$root"/include/xen{ctrl,guest}.h | sha256sum | cut -c 1-8)"
mkdir -p "$CACHE/$name/usr/lib" "$CACHE/$name/domb"
ln -sfn "$root/include" "$CACHE/$name/usr/include"
ln -sfn "$libraries" "$CACHE/$name/usr/lib/x86_64-linux-gnu"
ln -sfn "$packages" "$CACHE/$name/usr/lib/xen-pkgconfig"
printf '%s\n' "${flags[*]}" >"$CACHE/$name/domb/libraries"
"$DEPS/xen-release.sh" "$name"
printf '%s\n' "$name"

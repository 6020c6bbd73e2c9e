#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: build.sh domb OUT DOMB_INIT
#        build.sh stock OUT DOMB_CONSTRUCT DOMB_INIT KERNEL_MODULES_DIR [xenstored=FILE] N=IMAGE ...
# domb:  the initramfs of a hypervisor that builds the initial domains itself: domb-init and nothing else.
# stock: the one for today's Xen: the construct stage first, then domb-init, with the kernel modules that libxenctrl
#        needs (from KERNEL_MODULES_DIR, lib/modules/VERSION of the boot domain's kernel) and the LCM's boot modules,
#        IMAGE for module-index N. One kernel image given under two indices is stored twice. With xenstored, a static
#        program, come the kernel modules that it needs.
set -euo pipefail

# /dev/xen/privcmd is all that libxenctrl, libxenguest and libxenforeignmemory open; /dev/xen/evtchn tells of domains
# that shut down. The TPM drivers are built in.
MODULES=(xen-privcmd xen-evtchn)
# /proc/xen/xsd_port and /dev/xen/gntdev.
STORE_MODULES=(xenfs xen-gntdev)

fail() { echo "build.sh: $2" >&2; exit "$1"; }
usage() { sed -n '3,4s/^# //p' "$0" >&2; exit 64; }

here=$(cd "$(dirname "$0")" && pwd)

# module DIR NAME FILE: copies a kernel module, decompressed, to FILE.
module() {
    local found
    found=$(find "$1" -name "$2.ko" -o -name "$2.ko.xz" -o -name "$2.ko.gz" -o -name "$2.ko.zst" | sort)
    [ -n "$found" ] || fail 66 "no kernel module $2 under $1"
    [ "$(wc -l <<<"$found")" -eq 1 ] || fail 66 "more than one kernel module $2 under $1: name one kernel's folder"
    case $found in
    *.xz) xz -dc "$found" >"$3" ;;
    *.gz) gzip -dc "$found" >"$3" ;;
    *.zst) zstd -dcq "$found" >"$3" ;;
    *) cat "$found" >"$3" ;;
    esac
}

domb() {
    [ $# -eq 2 ] || usage
    python3 "$here/pack.py" "$1" "/init=$2:755"
    # GRUB puts a module below 640 KiB where it fits there, and Xen, started by EFI and multiboot2, then says "No memory
    # for trampoline" and gives up. An image of 603,306 bytes did that. Linux passes over zeros behind an archive.
    truncate -s '>656K' "$1"
}

stock() {
    [ $# -ge 4 ] || usage
    local out=$1 construct=$2 init=$3 modules=$4 number=10 name image files=()
    shift 4
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    files=("/init=$construct:755" "/domb-init=$init:755")
    for image in "$@"; do
        [[ $image == xenstored=* ]] || continue
        files+=("/xenstored=${image#*=}:755")
        MODULES+=("${STORE_MODULES[@]}")
    done
    for name in "${MODULES[@]}"; do
        module "$modules" "$name" "$work/$name.ko"
        files+=("/lib/domb/modules/$number-$name.ko=$work/$name.ko:644")
        number=$((number + 10))
    done
    for image in "$@"; do
        [[ $image != xenstored=* ]] || continue
        [[ $image =~ ^[1-9][0-9]*=. ]] || fail 64 "$image: expected N=IMAGE with a module-index N above 0"
        files+=("/images/${image%%=*}=${image#*=}:644")
    done
    python3 "$here/pack.py" "$out" "${files[@]}"
}

case ${1-} in
domb | stock) "$@" ;;
*) usage ;;
esac

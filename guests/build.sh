#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: build.sh OUTDIR KERNEL_MODULES_DIR XEN_HEADERS
# Builds the rig's guests: OUTDIR/tiny.elf, a PVH guest of one page of code, OUTDIR/tiny-pv.elf, a PV one, OUTDIR/probe.elf,
# which also tells what it was given, and ramdisks for Linux PVH guests:
# linux-ramdisk.cpio.gz, storage-ramdisk.cpio.gz (a driver domain) and app-ramdisk.cpio.gz (its client). The same sources
# and compiler give the same bytes: their digests go into LCMs.
set -euo pipefail

[ $# -eq 3 ] || { echo "usage: build.sh OUTDIR KERNEL_MODULES_DIR XEN_HEADERS" >&2; exit 64; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
modules=$2 headers=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

UUID=00000000-0000-0000-0000-000000000001

pack() { python3 "$here/../initramfs/pack.py" "$@"; }

# init NAME: a static program of NAME.c and what the guests share.
init() {
    gcc -std=gnu11 -Os -static -Wall -Wextra -Werror -Wl,--build-id=none -isystem "$headers" -o "$work/$1" \
        "$here/$1.c" "$here/guest.c"
    strip "$work/$1"
}

# module NAME...: words for pack.py, in the order in which they are to be loaded.
module() {
    local number=10 name
    for name in "$@"; do
        printf '/modules/%s-%s.ko=%s\n' "$number" "$name" "$(find "$modules" -name "$name.ko" | head -n 1)"
        number=$((number + 1))
    done
}

"$here/tiny.sh" "$work/tiny.elf"
"$here/tiny.sh" "$work/probe.elf" -DPROBE
"$here/tiny-pv.sh" "$work/tiny-pv.elf"

for name in linux-init pv-storage pv-app disk-init; do init "$name"; done
pack "$work/linux-ramdisk.cpio.gz" "/init=$work/linux-init:755"

# mke2fs copies the times of folders, their last change too: debugfs makes them.
: >"$work/disk.img"
export E2FSPROGS_FAKE_TIME=1
mke2fs -q -t ext2 -O none -I 256 -m 0 -U "$UUID" -E "hash_seed=$UUID" "$work/disk.img" 2048
debugfs -w -f /dev/stdin "$work/disk.img" >/dev/null 2>&1 <<END
mkdir sbin
mkdir dev
write $work/disk-init sbin/init
sif sbin/init mode 0100755
sif sbin/init uid 0
sif sbin/init gid 0
END
debugfs -R 'stat sbin/init' "$work/disk.img" 2>/dev/null | grep -q 'Mode:  0755' ||
    { echo "build.sh: the disk has no /sbin/init" >&2; exit 70; }
mapfile -t words < <(module brd xen-blkback xen-netback xen-gntdev xen-evtchn)
pack "$work/storage-ramdisk.cpio.gz" "/init=$work/pv-storage:755" "/disk.img=$work/disk.img" "${words[@]}"
mapfile -t words < <(module crc16 crc32c_generic mbcache jbd2 ext4 xen-blkfront xen-netfront)
: >"$work/empty"
pack "$work/app-ramdisk.cpio.gz" "/init=$work/pv-app:755" "/root/empty=$work/empty" "${words[@]}"

for file in tiny.elf tiny-pv.elf probe.elf linux-ramdisk.cpio.gz storage-ramdisk.cpio.gz app-ramdisk.cpio.gz; do
    mv "$work/$file" "$out/$file.new"
    mv "$out/$file.new" "$out/$file"
done

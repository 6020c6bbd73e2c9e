#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: build.sh OUTDIR
# Builds the rig's guests: OUTDIR/tiny.elf, a PVH guest of one page of code, OUTDIR/probe.elf, which also tells what it was
# given, and OUTDIR/linux-ramdisk.cpio.gz, the
# ramdisk of the Linux PVH guest. The same sources and compiler give the same bytes: their digests go into LCMs.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: build.sh OUTDIR" >&2; exit 64; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tiny() {
    gcc -m32 -c -Wa,--fatal-warnings "${@:2}" -o "$work/tiny.o" "$here/tiny.S"
    ld -m elf_i386 --fatal-warnings --build-id=none -z noexecstack -z max-page-size=0x1000 -T "$here/tiny.ld" \
        -o "$work/$1" "$work/tiny.o"
    objcopy --strip-all "$work/$1"
}
tiny tiny.elf
tiny probe.elf -DPROBE

gcc -std=gnu11 -Os -static -Wall -Wextra -Werror -Wl,--build-id=none -o "$work/linux-init" "$here/linux-init.c"
strip "$work/linux-init"
python3 "$here/../initramfs/pack.py" "$work/linux-ramdisk.cpio.gz" "/init=$work/linux-init:755"

for file in tiny.elf probe.elf linux-ramdisk.cpio.gz; do
    mv "$work/$file" "$out/$file.new"
    mv "$out/$file.new" "$out/$file"
done

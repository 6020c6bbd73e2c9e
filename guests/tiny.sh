#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: tiny.sh OUT [-DPROBE]
# The PVH guest of one page of code. The same source and binutils give the same bytes: its digest goes into LCMs.
set -euo pipefail

[ $# -ge 1 ] || { echo "usage: tiny.sh OUT [-DPROBE]" >&2; exit 64; }
here=$(cd "$(dirname "$0")" && pwd)
object=$(mktemp --suffix=.o)
trap 'rm -f "$object"' EXIT
gcc -m32 -c -Wa,--fatal-warnings "${@:2}" -o "$object" "$here/tiny.S"
ld -m elf_i386 --fatal-warnings --build-id=none -z noexecstack -z max-page-size=0x1000 -T "$here/tiny.ld" -o "$1" "$object"
objcopy --strip-all "$1"

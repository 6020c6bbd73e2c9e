#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: tiny-pv.sh OUT
# The 64-bit PV guest of one page of code: the same source and binutils give the same bytes.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: tiny-pv.sh OUT" >&2; exit 64; }
here=$(cd "$(dirname "$0")" && pwd)
object=$(mktemp --suffix=.o)
trap 'rm -f "$object"' EXIT
gcc -m64 -c -Wa,--fatal-warnings -o "$object" "$here/tiny-pv.S"
ld -m elf_x86_64 --fatal-warnings --build-id=none -z noexecstack -z max-page-size=0x1000 -T "$here/tiny-pv.ld" -o "$1" "$object"
objcopy --strip-all "$1"

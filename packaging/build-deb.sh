#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: build-deb.sh OUT
# Puts what `make build man sbom` left in out/ into OUT/domb_VERSION_amd64.deb. The same files and SOURCE_DATE_EPOCH give
# the same package, whoever builds it, where and when.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: build-deb.sh OUT" >&2; exit 64; }
[ -n "${SOURCE_DATE_EPOCH-}" ] || { echo "build-deb.sh: SOURCE_DATE_EPOCH is not set" >&2; exit 64; }
root=$(cd "$(dirname "$0")/.." && pwd)
out=$(mkdir -p "$1" && cd "$1" && pwd)
umask 022
export LC_ALL=C TZ=UTC

stage=$out/stage/domb
rm -rf "$out/stage" "$out"/domb_*
mkdir -p "$stage/initramfs" "$stage/examples" "$stage/docs" "$stage/guests"
cp -r "$root/packaging/debian" "$stage/debian"
cd "$root"
cp out/domb out/domb-init out/domb-construct out/domb-launch out/domb.cpio.gz out/domb.spdx.json "$stage/"
cp -r out/man out/completions "$stage/"
cp initramfs/build.sh initramfs/pack.py "$stage/initramfs/"
cp examples/*.dts examples/*.yaml "$stage/examples/"
cp README.md docs/*.md "$stage/docs/"
guests/tiny.sh "$stage/guests/tiny.elf"
# The unit for a dom0 that DomB is a command of.
for unit in packaging/*.service; do
    [ ! -e "$unit" ] || cp "$unit" "$stage/debian/domb.$(basename "$unit")"
done

cd "$stage"
if ! dpkg-buildpackage --build=binary --no-sign --no-check-builddeps >"$out/dpkg-buildpackage.log" 2>&1; then
    tail -n 30 "$out/dpkg-buildpackage.log" >&2
    exit 1
fi
rm -rf "$out/stage/domb"
mv "$out"/stage/domb_* "$out/"
rmdir "$out/stage"
ls "$out"/domb_*.deb

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# build.sh OUTDIR: the fuzzers module, xlcm, text and tables, with libFuzzer's coverage and AddressSanitizer in every
# module that they reach.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
sources=$here/../Sources
out=$1
mkdir -p "$out"
flags=(-O -wmo -parse-as-library -sanitize=fuzzer,address -swift-version 6 -I "$out")

module() {
    swiftc "${flags[@]}" -module-name "$1" -emit-module -emit-module-path "$out/$1.swiftmodule" -c \
        "$sources/$1"/*.swift -o "$out/$1.o"
}

module Platform
module LaunchControl
for target in module xlcm text tables; do
    swiftc "${flags[@]}" -module-name Fuzz "$here/Targets/$target.swift" "$here/Targets/Input.swift" \
        "$here/Targets/ZeroHash.swift" "$out/Platform.o" "$out/LaunchControl.o" -o "$out/fuzz-$target"
done

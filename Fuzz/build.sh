#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# build.sh OUTDIR: the fuzzers module, xlcm, text, tables, acpi, log and attestation, with libFuzzer's coverage and
# AddressSanitizer in every module that they reach.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
sources=$here/../Sources
out=$1
mkdir -p "$out"
flags=(-O -wmo -parse-as-library "-sanitize=fuzzer,address" -swift-version 6 -I "$out")

module() {
    local files
    mapfile -t files < <(find "$sources/$1" -name '*.swift' | sort)
    swiftc "${flags[@]}" -module-name "$1" -emit-module -emit-module-path "$out/$1.swiftmodule" -c \
        "${files[@]}" -o "$out/$1.o"
}

# TARGET FILE...: a fuzzer of these objects and sources.
fuzzer() {
    local target=$1
    shift
    swiftc "${flags[@]}" -module-name Fuzz "$here/Targets/$target.swift" "$here/Targets/Input.swift" \
        "$here/Targets/ZeroHash.swift" "$@" -o "$out/fuzz-$target"
}

module Platform
module LaunchControl
module Measurement
module LogReading
lcm=("$out/Platform.o" "$out/LaunchControl.o")
for target in module xlcm text tables; do fuzzer "$target" "${lcm[@]}"; done
fuzzer acpi "${lcm[@]}" "$out/Measurement.o"
fuzzer log "${lcm[@]}" "$out/Measurement.o" "$out/LogReading.o"
# Of Verification what reads evidence and what judges a firmware log: the rest needs swift-crypto, and reads nothing itself.
fuzzer attestation "$sources"/Verification/Structures/*.swift "$sources"/Verification/Launcher/*.swift \
    "$sources"/Verification/Check.swift "$sources"/Verification/Words.swift "$here/Targets/MixHash.swift" \
    "$here/Targets/relabelling.swift" "${lcm[@]}" "$out/Measurement.o"

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# api-docs.sh OUT: the API documentation of what PID 1 is made of and of the log's reader, a folder for any web server.
# Warnings are errors, and so is a public symbol without documentation (rig/apidocs.py says which need one).
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
out=$1
deps=${DOMB_DEPS:?the folder that rig/deps fills}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/modules" "$work/graphs"

# module NAME [SHIM ...]: one module; each SHIM is a C target that it sees.
module() {
    local name=$1 shim files flags=()
    shift
    for shim in "$@"; do
        local include=$root/Sources/$shim/include
        [ -f "$include/module.modulemap" ] || {
            # As SwiftPM makes it.
            mkdir -p "$work/shims/$shim"
            echo "module $shim { umbrella \"$include\" export * }" >"$work/shims/$shim/module.modulemap"
            include=$work/shims/$shim
        }
        flags+=(-I "$include" -Xcc "-I$root/Sources/$shim/include")
    done
    [ $# -eq 0 ] || flags+=(-Xcc "-I$deps/xen/usr/include" -Xcc "-I$deps/xen/domb" -Xcc "-I$deps/tss2/include")
    mapfile -t files < <(find "$root/Sources/$name" -name '*.swift' | sort)
    swiftc -swift-version 6 -parse-as-library -module-name "$name" -I "$work/modules" "${flags[@]}" \
        -emit-module -emit-module-path "$work/modules/$name.swiftmodule" \
        -emit-symbol-graph -emit-symbol-graph-dir "$work/graphs" -symbol-graph-minimum-access-level public \
        -symbol-graph-skip-synthesized-members "${files[@]}"
}

# In the order of the manifest's arrows.
for name in Platform LaunchControl BuilderModel Measurement ConfigApply Sequencer LogReading; do module "$name"; done
module LinuxBindings CLinuxShim
module CryptoBindings CCryptoShim CHashWorkers
module TPMBindings CTSSShim
module XenAgreement CXenInterface
module XenBindings CXenShim CXenInterface CCryptoShim CHashWorkers
python3 "$root/rig/apidocs.py" "$work/graphs"
rm -rf "$out"
mkdir -p "$(dirname "$out")"
docc convert "$root/docs/DomB.docc" --additional-symbol-graph-dir "$work/graphs" --output-dir "$out" --warnings-as-errors
echo "[docs] python3 -m http.server -d $out, then /documentation/domb"

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# api-docs.sh OUT: the API documentation of the core modules, a folder for any web server. Warnings are errors, and so is a
# public symbol without documentation (rig/apidocs.py says which need one).
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
out=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/modules" "$work/graphs"

# In the order of the manifest's arrows.
for module in Platform LaunchControl BuilderModel Measurement ConfigApply Sequencer LogReading; do
    swiftc -swift-version 6 -parse-as-library -module-name "$module" -I "$work/modules" \
        -emit-module -emit-module-path "$work/modules/$module.swiftmodule" \
        -emit-symbol-graph -emit-symbol-graph-dir "$work/graphs" -symbol-graph-minimum-access-level public \
        -symbol-graph-skip-synthesized-members "$root/Sources/$module"/*.swift
done
python3 "$root/rig/apidocs.py" "$work/graphs"
rm -rf "$out"
mkdir -p "$(dirname "$out")"
docc convert "$root/docs/DomB.docc" --additional-symbol-graph-dir "$work/graphs" --output-dir "$out" --warnings-as-errors
echo "[docs] python3 -m http.server -d $out, then /documentation/domb"

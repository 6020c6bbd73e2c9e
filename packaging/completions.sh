#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: completions.sh DOMB OUT
# The completion scripts that domb writes of itself, under the names that the shells look for.
set -euo pipefail

[ $# -eq 2 ] || { echo "usage: completions.sh DOMB OUT" >&2; exit 64; }
mkdir -p "$2"
"$1" --generate-completion-script bash >"$2/domb"
"$1" --generate-completion-script zsh >"$2/_domb"
"$1" --generate-completion-script fish >"$2/domb.fish"

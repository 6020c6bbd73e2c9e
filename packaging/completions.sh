#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: completions.sh DOMB OUT
# The completion scripts that domb writes of itself, under the names that the shells look for.
set -euo pipefail

[ $# -eq 2 ] || { echo "usage: completions.sh DOMB OUT" >&2; exit 64; }
mkdir -p "$2"
# bash reads it by source: it is no script of its own.
"$1" --generate-completion-script bash | sed '1{/^#!/d}' >"$2/domb"
"$1" --generate-completion-script zsh >"$2/_domb"
"$1" --generate-completion-script fish >"$2/domb.fish"

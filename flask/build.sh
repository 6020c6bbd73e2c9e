#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: build.sh BASE OUT [NAME=VALUE ...]
# Builds the FLASK policy OUT from this folder and from BASE, Xen's own policy files as rig/deps/flask-base.sh leaves
# them. NAME=VALUE sets a boolean of the policy, for good: no type may change one later.
set -euo pipefail

[ $# -ge 2 ] || { sed -n '3,5s/^# //p' "$0" >&2; exit 64; }
here=$(cd "$(dirname "$0")" && pwd)
base=$1 out=$2
shift 2
words=(-D self_contained_policy -D mls_num_sens=16 -D mls_num_cats=256)
for word in "$@"; do words+=(-D "${word%%=*}_conf=${word#*=}"); done

# The order matters. Of Xen's modules only the first is used: the others are about a dom0.
mkdir -p "$(dirname "$out")"
m4 "${words[@]}" -s "$base"/xen/{security_classes,initial_sids,access_vectors} \
    "$base"/policy/support/{misc,mls}_macros.spt "$base/policy/mls" \
    "$base/modules/xen.if" "$here"/{linux,domb}.if \
    "$base/modules/xen.te" "$here"/{domb,guests}.te \
    "$base/policy/users" "$here/initial_sids" >"$out.conf"
# Xen 4.20 reads versions up to 30.
checkpolicy -t Xen -c 30 -o "$out" "$out.conf" >"$out.log" || { cat "$out.log" >&2; exit 1; }

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Shared by the scripts of this folder. Third-party parts are downloaded and built once per user, outside the
# work tree, so that a second clone does not pay for them again. DOMB_CACHE moves them.
set -euo pipefail

CACHE=${DOMB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/domb}
# shellcheck disable=SC2034  # of the scripts that read this file
DEPS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# Of the script that reads this file: what an older version of it made is made again.
SCRIPT=$(sha256sum "$0" | cut -c 1-12)
mkdir -p "$CACHE"

say() { printf '[%s] %s\n' "${0##*/}" "$*" >&2; }

# run LOGNAME COMMAND...: runs quietly, with the log's end shown if it fails.
run() {
    local log="$CACHE/log/$1.log"
    shift
    mkdir -p "$CACHE/log"
    if ! "$@" >"$log" 2>&1; then
        say "failed: $* (log: $log)"
        tail -n 30 "$log" >&2
        return 1
    fi
}

# once STAMP COMMAND...: runs the command unless this very script did it before; the stamp is made last.
once() {
    local stamp="$CACHE/stamp/$1-$SCRIPT"
    shift
    [ -e "$stamp" ] && return 0
    mkdir -p "$CACHE/stamp"
    "$@"
    touch "$stamp"
}

# The mirror that this machine already uses for Debian.
debian_mirror() {
    local mirror
    mirror=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d/ 2>/dev/null |
        head -n 1 | tr -d ' ' || true)
    [ -n "$mirror" ] || { say "apt's sources name no mirror that ends in /debian" >&2; return 1; }
    printf '%s' "$mirror"
}

# pool PATH SHA256: downloads a file of Debian's pool into the current folder and checks it.
pool() {
    /usr/lib/apt/apt-helper download-file "$(debian_mirror)/pool/main/$1" "${1##*/}" "SHA256:$2"
}

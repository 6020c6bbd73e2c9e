#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: test-install.sh DEB
# In a fresh Debian 12 made by debootstrap from this machine's mirror: installs, uses, removes and purges the package.
# Nothing may be left. Needs root.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: test-install.sh DEB" >&2; exit 64; }
[ "$(id -u)" -eq 0 ] || { echo "test-install.sh: debootstrap needs root" >&2; exit 77; }
deb=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../rig/deps/common.sh"

root=$(mktemp -d /tmp/domb-chroot.XXXXXX)
# Not everything in there runs as root: mandb does not.
chmod 755 "$root"
end() {
    ! mountpoint -q "$root/proc" || umount "$root/proc"
    rm -rf --one-file-system "$root" "$root.before" "$root.after"
}
trap end EXIT

inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TERM=dumb \
    DEBIAN_FRONTEND=noninteractive "$@"; }
ok() { printf 'ok    %s\n' "$*"; }

# What is there but for what dpkg and apt write down of their own work, and the man pages' index.
files() {
    (cd "$root" && find . -xdev \( -path ./proc -o -path ./var/lib/dpkg -o -path ./var/lib/apt -o -path ./var/cache \
        -o -path ./var/log -o -path ./tmp \) -prune -o -printf '%y %m %U:%G %p %l %s\n') | sed '/^d/s/ [0-9]*$//' | sort
}

say "debootstrap"
run debootstrap debootstrap --variant=minbase --include=man-db,bash-completion,zsh,fish bookworm "$root" \
    "$(debian_mirror)"
mount -t proc proc "$root/proc"
cp "$deb" "$root/tmp/domb.deb"
# What it depends on stays when it goes: that is installed before the files are counted.
run chroot-depends inside apt-get install -y --no-install-recommends device-tree-compiler python3
inside apt-get satisfy -y --no-install-recommends "$(dpkg-deb -f "$deb" Depends)" >/dev/null
files >"$root.before"

inside dpkg -i /tmp/domb.deb
# shellcheck disable=SC2016  # dpkg-query's own word, not the shell's
[ "$(inside dpkg-query -W -f '${db:Status-Status}' domb)" = installed ]
[ -z "$(inside dpkg --verify domb)" ]
ok "dpkg -i: $(inside dpkg-query -W domb | tr '\t' ' '), $(inside dpkg -L domb | wc -l) paths"
cp "$here/test-installed.sh" "$root/tmp/"
inside bash /tmp/test-installed.sh
rm "$root/tmp/test-installed.sh"

inside dpkg -r domb
# What dpkg -r has already purged, since it has no configuration, dpkg -P does not know.
[ -z "$(inside dpkg-query -W domb 2>/dev/null)" ] || inside dpkg -P domb
files >"$root.after"
diff "$root.before" "$root.after" >&2
[ -z "$(find "$root/var/lib/dpkg/info" -name 'domb.*')" ]
ok "dpkg -r, dpkg -P: $(wc -l <"$root.after") files and folders, none more and none less than before"

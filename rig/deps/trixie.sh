#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Xen 4.20 comes from Debian 13, whose package lists are kept apart from the system's: `trixie.sh get ...` is
# apt-get, `trixie.sh cache ...` is apt-cache, both on the private lists.
. "$(dirname "$0")/common.sh"

tool=$1
shift
root=$CACHE/trixie
mkdir -p "$root/lists/partial" "$root/archives/partial"
mirror=$(debian_mirror)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
printf 'deb [signed-by=%s] %s trixie main\ndeb-src [signed-by=%s] %s trixie main\n' \
    "$keyring" "$mirror" "$keyring" "$mirror" >"$root/trixie.list"
exec "apt-$tool" -o Dir::Etc::sourcelist="$root/trixie.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::lists="$root/lists" -o Dir::Cache="$root" -o Dir::State::status=/var/lib/dpkg/status \
    -o Debug::NoLocking=1 -o APT::Sandbox::User=root "$@"

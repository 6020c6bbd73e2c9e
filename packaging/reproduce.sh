#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: reproduce.sh
# Builds all that ships twice from the commit that is checked out: in different folders, by different users, with clocks
# 400 days apart, other umasks, time zones and languages, and for the second build with a static tss2 that is built anew.
# Prints the digests of both and fails where they differ. Needs root, to be two users; takes two whole builds.
# DOMB_REPRODUCE is the folder for both; what is built stays there, and so do the users domb-build-one and -two.
set -euo pipefail

[ "$(id -u)" -eq 0 ] || { echo "reproduce.sh: needs root, to build as two users" >&2; exit 77; }
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../rig/deps/common.sh"
source=$(cd "$here/.." && pwd)
work=${DOMB_REPRODUCE:-/var/tmp/domb-reproduce}
SHIPPED=(domb-init domb-construct domb-launch domb.cpio.gz domb domb.spdx.json package/domb_*.deb)

[ -z "$(git -C "$source" status --porcelain --untracked-files=no)" ] || say "what is not committed is not built"

# as USER HOME COMMAND...: as that user, with nothing of this shell's environment.
as() {
    local user=$1 home=$2
    shift 2
    runuser -u "$user" -- env -i HOME="$home" USER="$user" PATH="$PATH" SWIFT_BACKTRACE=enable=no "$@"
}

# prepare USER FOLDER PART...: the user, a home, the sources, and these parts of the third-party cache.
prepare() {
    local user=$1 folder=$2 part
    shift 2
    id "$user" >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin "$user"
    rm -rf "$folder"
    mkdir -p "$folder/home" "$folder/cache"
    # What root has downloaded and built may be root's alone to read.
    for part in "$@"; do cp -r "$CACHE/$part" "$folder/cache/"; done
    # Repositories that this machine has in place of remote ones may be root's, too.
    printf '[safe]\n\tdirectory = *\n' >"$folder/home/.gitconfig"
    git -C "$source" bundle create -q "$folder/source.bundle" HEAD
    chown -R "$user" "$folder"
    chmod -R u+rwX,go+rX "$folder"
    as "$user" "$folder/home" git -c advice.detachedHead=false clone -q "$folder/source.bundle" "$folder/tree"
}

# build USER FOLDER UMASK CLOCK VARIABLE...
build() {
    local user=$1 folder=$2 mask=$3 clock=$4
    shift 4
    local command="umask $mask && cd '$folder/tree' && make deps && exec faketime -m -f '$clock' make deb"
    say "building in $folder as $user, umask $mask, clock $clock, $*"
    run "reproduce-$user" as "$user" "$folder/home" DOMB_CACHE="$folder/cache" "$@" bash -c "$command"
}

one=$work/one two=$work/another/folder/two
prepare domb-build-one "$one" xen tss2 trixie stamp
prepare domb-build-two "$two" xen trixie stamp
rm -f "$two"/cache/stamp/tss2-*
build domb-build-one "$one" 022 +0d LANG=C.UTF-8 TZ=UTC
build domb-build-two "$two" 077 +400d LANG=C TZ=Pacific/Auckland

different=0
for name in "${SHIPPED[@]}"; do
    # shellcheck disable=SC2086
    a=$(cd "$one/tree/out" && ls $name) b=$(cd "$two/tree/out" && ls $name)
    for file in "$one/tree/out/$a" "$two/tree/out/$b"; do
        printf '%s  %s\n' "$(sha256sum <"$file" | cut -d ' ' -f 1)" "$file"
    done
    cmp "$one/tree/out/$a" "$two/tree/out/$b" || different=1
done
[ "$different" -eq 0 ] || { say "the builds differ"; exit 1; }
say "the builds are the same"

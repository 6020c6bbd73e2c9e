#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs inside the chroot where the package is installed: everything in it, as people use it.
set -euo pipefail

ok() { printf 'ok    %s\n' "$*"; }
doc=/usr/share/doc/domb
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# fish makes folders there.
export HOME=$work

domb --help | head -n 3
ok "domb --help; domb --version: $(domb --version)"

pages=$(dpkg -L domb | grep '/man/man[18]/')
for page in $pages; do
    name=$(basename "${page%.gz}")
    man --warnings --encoding=UTF-8 --pager=cat "${name##*.}" "${name%.*}" >"$work/page" 2>"$work/said"
    [ ! -s "$work/said" ] || { cat "$work/said"; exit 1; }
    grep -q '^NAME' "$work/page"
done
man --pager=cat domb-check | sed -n '1,/^DESCRIPTION/p'
ok "man: $(wc -w <<<"$pages") pages, no warning of groff's; whatis: $(whatis domb-check)"
for command in $(domb --help | sed -n '/^SUBCOMMANDS:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
    man -w "domb-$command" >/dev/null
done
ok "a page for every subcommand"

# As after Tab: the words that bash would offer.
offered() {
    bash -c '
        source /usr/share/bash-completion/bash_completion
        source /usr/share/bash-completion/completions/domb
        complete -p domb >/dev/null
        COMP_WORDS=(domb "${@:2}") COMP_LINE="domb ${*:2}" COMP_TYPE=9 COMP_KEY=9
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_POINT=${#COMP_LINE}
        $1 domb "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf "%s\n" "${COMPREPLY[@]}"' bash _domb "$@"
}
offered ver | grep -qx 'verify *'
offered check --sched | grep -qx -e '--scheduler *'
(cd "$doc/examples" && offered check app | grep -q 'appliance.yaml')
ok "bash completion: domb ver<Tab>, domb check --sched<Tab>, domb check app<Tab>"
zsh -n /usr/share/zsh/vendor-completions/_domb
[ "$(zsh -f -c 'autoload -U compinit; compinit -D -u; print $_comps[domb]')" = _domb ]
ok "zsh completion: its syntax, and compinit finds it"
fish -n /usr/share/fish/vendor_completions.d/domb.fish
fish -c 'complete -C "domb ver"' | grep -q '^verify'
ok "fish completion: its syntax, and domb ver<Tab>"

cd "$doc/examples"
domb check hyperlaunch.yaml --images /usr/lib/domb/examples
domb compile hyperlaunch.yaml --images /usr/lib/domb/examples -o "$work/lcm.dtb" --grub "$work/grub.cfg"
domb check "$work/lcm.dtb"
domb plan "$work/lcm.dtb" | tail -n 2
{
    domb image --label first_kernel /usr/lib/domb/examples/tiny.elf
    domb image --label second_kernel /usr/lib/domb/examples/tiny.elf
} >"$work/minimal-images.dtsi"
cp minimal.dts "$work/"
domb check "$work/minimal.dts"
ok "domb check, compile, plan on the installed examples, YAML and .dts"

mkdir "$work/modules"
for module in xen-privcmd xen-evtchn; do echo "$module" >"$work/modules/$module.ko"; done
/usr/lib/domb/initramfs/build.sh domb "$work/domb.cpio.gz" /usr/lib/domb/domb-init
cmp "$work/domb.cpio.gz" /usr/lib/domb/domb.cpio.gz
/usr/lib/domb/initramfs/build.sh stock "$work/stock.cpio.gz" /usr/lib/domb/domb-construct /usr/lib/domb/domb-init \
    "$work/modules" 1=/usr/lib/domb/examples/tiny.elf
ok "domb.cpio.gz is what build.sh makes of domb-init, byte for byte; build.sh stock"
for call in "64 domb-launch" "66 domb-launch --lcm $work/absent" "64 /usr/lib/domb/domb-init"; do
    status=0
    # shellcheck disable=SC2086
    ${call#* } 2>>"$work/said" || status=$?
    [ "$status" -eq "${call%% *}" ]
done
grep -q 'domb-launch --lcm FILE' "$work/said"
grep -q 'in a dom0 it is domb-launch' "$work/said"
ok "domb-launch says how it is called, and domb-init that it is not"
python3 - "$doc/domb.spdx.json" <<'END'
import hashlib, json, sys
document = json.load(open(sys.argv[1]))
programs = {package["name"]: package["checksums"][0]["checksumValue"] for package in document["packages"]
            if package.get("primaryPackagePurpose") == "APPLICATION"}
for name, digest in programs.items():
    folder = "/usr/sbin" if name == "domb-launch" else "/usr/lib/domb"
    assert hashlib.sha256(open(f"{folder}/{name}", "rb").read()).hexdigest() == digest, name
print("ok    domb.spdx.json tells of the installed", ", ".join(programs))
END
if [ -e /usr/lib/systemd/system/domb-launch.service ] || [ -e /lib/systemd/system/domb-launch.service ]; then
    [ -z "$(find /etc/systemd -name 'domb-launch.service' 2>/dev/null)" ]
    ok "domb-launch.service is there and not enabled"
fi

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: apt.sh [LIST]
# Installs the packages of a list (packages.txt) that are missing. Says what it does; does nothing when all are there.
. "$(dirname "$0")/common.sh"

missing=()
while read -r package; do
    case $package in '' | '#'*) continue ;; esac
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done <"${1:-$DEPS/packages.txt}"

[ ${#missing[@]} -eq 0 ] && exit 0
say "installing: ${missing[*]}"
[ "$(id -u)" -eq 0 ] || { say "run as root once, or install these packages by hand"; exit 1; }
export DEBIAN_FRONTEND=noninteractive
run apt-update apt-get update
run apt-install apt-get install -y --no-install-recommends "${missing[@]}"

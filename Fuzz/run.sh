#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh replay BINDIR: runs every past finding and every fixture once.
# run.sh fuzz BINDIR TARGET SECONDS: fuzzes from the fixtures on; a finding stays in Fuzz/Findings/TARGET/.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
fixtures=$here/../Tests/Fixtures
export ASAN_OPTIONS=detect_leaks=0 SWIFT_BACKTRACE=enable=no

seeds() {
    case $1 in
    module) cp "$fixtures"/*.dtb "$fixtures"/*.lcm "$here/Seeds/module"/* "$2" ;;
    xlcm) cp "$fixtures"/*.lcm "$2" ;;
    text) printf 'weight=512 depends-on=a,b load=0x100000+0x2000 bootargs="a \\" b" hard-affinity=0:0-3' >"$2/all"
        printf 'ioports=0x3f8+8 iomem=1+2@3 irqs=4,9 tsc-mode=default hvm-params=timer-mode:2 label=a pci=0000:03:00.0' >"$2/extended"
        printf 'cpupool=a event-channels=1:Domain-0,2:b cpuid-clear=avx512f,rtm' >"$2/policy"
        printf 'enhanced=enabled console=a disks=vdev=xvda,target=x,backend=a,physical-device=1:0;vdev=xvdb,target=y' >"$2/pv"
        printf 'vifs=mac=00:16:3e:00:00:01,bridge=b ready=node ready-node=data/x ready-value=1 on-failure=skip' >"$2/ready"
        printf 'rtds-period=100 rtds-budget=10 node-affinity=0-1' >"$2/scheduling" ;;
    tables) printf '\044\000OEM1' >"$2/header" ;;
    acpi) cp "$here/Seeds/acpi"/* "$2" ;;
    log) cp "$fixtures"/*-measurements.bin "$2" ;;
    attestation)
        for seed in "$here/Seeds/attestation"/*; do cp "$seed" "$2"; done
        { printf '\000' && cat "$fixtures/grub-firmware.bin"; } >"$2/firmware-log-of-ovmf"
        ;;
    esac
}

case $1 in
replay)
    for target in module xlcm text tables acpi log attestation; do
        work=$(mktemp -d)
        seeds "$target" "$work"
        for finding in "$here/Findings/$target"/*; do [ -f "$finding" ] && cp "$finding" "$work"; done
        "$2/fuzz-$target" -runs=0 -timeout=10 -rss_limit_mb=2048 "$work" >"$work.log" 2>&1 ||
            { tail -n 30 "$work.log" >&2; exit 1; }
        echo "fuzz-$target: $(find "$work" -type f | wc -l) inputs replayed"
        rm -rf "$work" "$work.log"
    done
    ;;
fuzz)
    case $3 in
    log | attestation) dict=events.dict ;;
    *) dict=lcm.dict ;;
    esac
    work=$(mktemp -d)
    seeds "$3" "$work"
    mkdir -p "$here/Findings/$3"
    "$2/fuzz-$3" -max_total_time="$4" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -dict="$here/$dict" \
        -artifact_prefix="$here/Findings/$3/" "$work"
    rm -rf "$work"
    ;;
esac

#!/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=dash
# PID 1 of a classic dom0: the services that xl wants, the domains created paused by it, then launch.sh.
/bin/busybox mkdir -p /bin /dev/pts /run /tmp /var/lib/xen /var/lock /var/log/xen /var/run/xen /var/run/xenstored
/bin/busybox --install -s /bin
export PATH=/bin:/usr/lib/xen-4.20/bin LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts
for module in /lib/domb/modules/*.ko; do insmod "$module"; done
mount -t xenfs xenfs /proc/xen
xenstored --pid-file /var/run/xenstored.pid
xenconsoled --pid-file=/var/run/xenconsoled.pid
xen-init-dom0 >/dev/null
echo "DOM0 services run, after $(cut -d ' ' -f 1 /proc/uptime) s"
for configuration in /xl/*.cfg; do
    xl create -p "$configuration" >/tmp/xl.log 2>&1
    status=$?
    echo "DOM0 xl create -p $configuration: $status"
    [ "$status" -eq 0 ] || sed 's/^/DOM0 xl: /' /tmp/xl.log
done
. /launch.sh

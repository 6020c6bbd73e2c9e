# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=dash
# What init.sh does where domb-construct has built the domains: nothing but a shell's surroundings.
/bin/busybox mkdir -p /run
/bin/busybox --install -s /bin
export PATH=/bin
. /launch.sh

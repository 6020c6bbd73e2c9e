# SPDX-License-Identifier: Apache-2.0
"""Where the rig finds what was built and downloaded, and where it leaves what it made."""
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "out"
EXAMPLES = ROOT / "examples"
RIG = ROOT / "rig"

_CACHE_HOME = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
DEPS = Path(os.environ.get("DOMB_CACHE") or Path(_CACHE_HOME) / "domb")

XEN_STOCK = DEPS / "xen/boot/xen-4.20-amd64.efi"
XEN_STOCK_MULTIBOOT = DEPS / "xen/boot/xen-4.20-amd64.gz"
XEN_417 = DEPS / "xen417/boot/xen-4.17-amd64.efi"
XENSTORED = DEPS / "xenstored"
XEN_LATE_HWDOM = DEPS / "xen-late-hwdom.efi"
XEN_LATE_HWDOM_MULTIBOOT = DEPS / "xen-late-hwdom.gz"
XEN_INCLUDE = DEPS / "xen/usr/include"
XEN_LIBRARIES = DEPS / "xen/usr/lib/x86_64-linux-gnu"

OVMF_CODE = Path("/usr/share/OVMF/OVMF_CODE.fd")
OVMF_VARS = Path("/usr/share/OVMF/OVMF_VARS.fd")
GRUB_MODULES = Path("/usr/lib/grub/x86_64-efi")

DOMB = OUT / "domb"
DOMB_INIT = OUT / "domb-init"
DOMB_LAUNCH = OUT / "domb-launch"
DOMB_INIT_FAULT = OUT / "domb-init-fault"
DOMB_CONSTRUCT = OUT / "domb-construct"
# For Xen 4.17.
DOMB_INIT_417 = OUT / "4.17/domb-init"
DOMB_CONSTRUCT_417 = OUT / "4.17/domb-construct"
PACK = ROOT / "initramfs/pack.py"


def kernel_modules() -> Path:
    """lib/modules/VERSION of the kernel that the boot domain and the Linux guests run."""
    return sorted((DEPS / "kernel/lib/modules").iterdir())[-1]


def boot_kernel() -> Path:
    """The boot domain's kernel, a bzImage."""
    found = sorted((DEPS / "kernel/boot").glob("vmlinuz-*"))
    if not found:
        raise SystemExit(f"rig: no kernel under {DEPS}/kernel/boot; run rig/deps/xen-packages.sh")
    return found[-1]

# SPDX-License-Identifier: Apache-2.0
"""What `domb export --xl` writes, read by xl's own parser (libxlutil, xlu_cfg_readdata)."""
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import paths
from tests.needs import needs

PROGRAMS = [Path(os.environ["DOMB"])] if "DOMB" in os.environ else [paths.ROOT / ".build-test/debug/domb", paths.DOMB]
ARCHIVE = paths.XEN_LIBRARIES / "libxlutil.a"
# Prints "key = value" for what xl itself asks for, and for a list each item.
READER = r"""
#include <libxlutil.h>
#include <stdio.h>
#include <string.h>

/* The parser's archive wants it for a function that is not called here; it is libxl's. */
void libxl_defbool_set(libxl_defbool *flag, bool value)
{
    (void)flag, (void)value;
}

int main(int argc, char **argv)
{
    static char text[1 << 20];
    size_t size = fread(text, 1, sizeof text, stdin);
    XLU_Config *config = xlu_cfg_init(stderr, "test");

    if (!config || xlu_cfg_readdata(config, text, (int)size))
        return 1;
    for (int i = 1; i < argc; i++) {
        const char *value;
        XLU_ConfigList *list;
        int count;

        if (!xlu_cfg_get_list(config, argv[i], &list, &count, 1)) {
            for (int j = 0; j < count; j++)
                printf("%s[%d] = %s\n", argv[i], j, xlu_cfg_get_listitem(list, j));
        } else if (!xlu_cfg_get_string(config, argv[i], &value, 1)) {
            printf("%s = %s\n", argv[i], value);
        }
    }
    return 0;
}
"""
KEYS = ("name uuid type memory maxmem vcpus maxvcpus cpus cpus_soft cpu_weight cap max_grant_frames pool kernel ramdisk cmdline ioports "
        "iomem irqs pci tsc_mode timer_mode cpuid seclabel").split()
SOURCE = """
launch: {handoff: park, cpupools: [{name: rt, scheduler: credit, cpus: 8}]}
domains:
  - name: app
    uuid: 7d4448409dc011d1b2455ffdce74fa02
    memory: 64M
    mem_max: 128M
    vcpus: 2
    weight: 512
    cap: 50
    max_grant_frames: 128
    cpupool: rt
    affinity: [{vcpu: 1, hard: 8, soft: 8}]
    kernel: {index: 1, load: [0x100000+0x1000]}
    ramdisk: {index: 2, size: 7}
    cmdline: 'say="a \\ b" # not a comment'
    ioports: 0x3f8+8
    iomem: 0xd0000+16@0xe0000
    irqs: [4, 9]
    tsc_mode: never-emulate
    hvm_params: timer-mode:2
    cpuid_clear: [avx512f, rtm]
    label: system_u:system_r:domU_t
    pci: 0000:03:00.0
"""
EXPECTED = r"""
name = app
uuid = 7d444840-9dc0-11d1-b245-5ffdce74fa02
type = pvh
memory = 64
maxmem = 128
vcpus = 2
maxvcpus = 2
cpus[0] = all
cpus[1] = 8
cpus_soft[0] = all
cpus_soft[1] = 8
cpu_weight = 512
cap = 50
max_grant_frames = 128
pool = 1
kernel = /boot/a "kernel"
ramdisk = /boot/ramdisk
cmdline = say="a \ b" # not a comment
ioports[0] = 3f8-3ff
iomem[0] = d0000,10@e0000
irqs[0] = 4
irqs[1] = 9
pci[0] = 0000:03:00.0
tsc_mode = native
timer_mode = 2
cpuid = host,avx512f=0,rtm=0
seclabel = system_u:system_r:domU_t
"""


def domb() -> Path | None:
    return next((program for program in PROGRAMS if program.exists()), None)


@needs(domb() or paths.DOMB, ARCHIVE)
class XL(unittest.TestCase):
    def test_xl_reads_every_setting_as_it_is_meant(self):
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            (work / "reader.c").write_text(READER)
            shim = paths.ROOT / "Sources/CIsoc23/isoc23.c"
            subprocess.run(["gcc", "-o", work / "reader", work / "reader.c", shim, "-I", paths.XEN_INCLUDE,
                            "-I", shim.parent / "include", ARCHIVE], check=True)
            (work / "l.yaml").write_text(SOURCE)
            subprocess.run([domb(), "compile", work / "l.yaml", "-o", work / "l.dtb"], check=True, timeout=60)
            images = ["--image", '1=/boot/a "kernel"', "--image", "2=/boot/ramdisk"]
            written = subprocess.run([domb(), "export", "--xl", *images, work / "l.dtb"], check=True, timeout=60,
                                     capture_output=True).stdout
            read = subprocess.run([work / "reader", *KEYS], input=written, capture_output=True, timeout=60)
            self.assertEqual((read.returncode, read.stderr), (0, b""))
            self.assertEqual(read.stdout.decode().strip(), EXPECTED.strip())


if __name__ == "__main__":
    unittest.main()

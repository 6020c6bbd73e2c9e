# SPDX-License-Identifier: Apache-2.0
"""What DomB is linked with: where each archive comes from, in which version, and under which licence."""
import functools
import gzip
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_CACHE_HOME = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
CACHE = Path(os.environ.get("DOMB_CACHE") or Path(_CACHE_HOME) / "domb")

# By source package. What is not here is an error: nothing gets into PID 1 without somebody having read its licence.
LICENCES = {
    "xen": "LGPL-2.1-only",
    "tpm2-tss": "BSD-2-Clause",
    "glibc": "LGPL-2.1-or-later",
    "gcc-12": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "openssl": "Apache-2.0",
    "zlib": "Zlib",
    "xz-utils": "LicenseRef-xz-public-domain",
    "bzip2": "bzip2-1.0.6",
    "libzstd": "BSD-3-Clause",
    "util-linux": "BSD-3-Clause",
}


class UnknownComponent(Exception):
    pass


@dataclass(frozen=True)
class Component:
    name: str
    version: str
    source: str
    source_version: str
    # "debian:12", "debian:13" where the package is Debian's, or None for what is built from a source package.
    distribution: str | None
    # Of the .deb or of the source's tarball; None where there is no lasting record of it.
    sha256: str | None

    @property
    def licence(self) -> str:
        try:
            return LICENCES[self.source]
        except KeyError:
            raise UnknownComponent(f"{self.name}: the licence of {self.source} is not in LICENCES") from None

    @property
    def url(self) -> str:
        if self.distribution is None:
            return f"pkg:generic/{self.name}@{self.version}"
        version = self.version.replace(":", "%3A").replace("+", "%2B").replace("~", "~")
        return f"pkg:deb/debian/{self.name}@{version}?arch=amd64&distro={self.distribution.replace(':', '-')}"


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True,
                          env={**os.environ, "LC_ALL": "C"}).stdout


@functools.cache
def of(path: str) -> Component:
    """The component that the file was taken from."""
    if Path(path).is_relative_to(CACHE / "xen"):
        return xen()
    if Path(path).is_relative_to(CACHE / "tss2"):
        return tss2()
    return debian(path)


@functools.cache
def xen() -> Component:
    """Debian 13's libxen-dev, unpacked by rig/deps/xen-packages.sh."""
    changes = gzip.decompress((CACHE / "xen/usr/share/doc/libxen-dev/changelog.Debian.gz").read_bytes()).decode()
    version = re.match(r"xen \((\S+)\)", changes)[1]
    shown = subprocess.run([ROOT / "rig/deps/trixie.sh", "cache", "show", "libxen-dev"], capture_output=True, text=True)
    return Component("libxen-dev", version, "xen", version, "debian:13", _digest(shown.stdout, version))


@functools.cache
def tss2() -> Component:
    """Built by rig/deps/tss2.sh from Debian 13's source package, whose digest it knows for one version."""
    version = re.search(r"^Version: (\S+)$", (CACHE / "tss2/lib/pkgconfig/tss2-sys.pc").read_text(), re.M)[1]
    known = re.search(r"tpm2-tss_(\S+)\.orig\.tar\.gz ([0-9a-f]{64})", (ROOT / "rig/deps/tss2.sh").read_text())
    return Component("tpm2-tss", version, "tpm2-tss", version, None, known[2] if known[1] == version else None)


def debian(path: str) -> Component:
    """The installed package that owns a file."""
    for candidate in (os.path.realpath(path), path):
        found = subprocess.run(["dpkg-query", "-S", candidate], capture_output=True, text=True)
        if found.returncode == 0:
            name = found.stdout.split(":")[0]
            break
    else:
        raise UnknownComponent(f"{path}: no package has it")
    fields = _said("dpkg-query", "-W", "-f", "${Version}\t${source:Package}\t${source:Version}\n", name)
    version, source, source_version = fields.splitlines()[0].split("\t")
    # The .deb's digest is in apt's lists for as long as no newer version is, so it would not be the same on every machine;
    # the archive's own is.
    return Component(name, version, source, source_version, "debian:12", None)


def _digest(shown: str, version: str) -> str | None:
    """SHA256 of the version's .deb in what apt-cache shows."""
    for record in shown.split("\n\n"):
        fields = dict(re.findall(r"^(Version|SHA256): (\S+)$", record, re.M))
        if fields.get("Version") == version:
            return fields.get("SHA256")
    return None


@functools.cache
def swift() -> tuple[str, str]:
    """Version and release of the compiler, whose standard library is compiled into every module."""
    found = re.search(r"Swift version (\S+) \(([^)]+)\)", _said("swiftc", "--version"))
    return found[1], found[2]

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is inside of the PID 1 programs, as SPDX 2.3: sbom.py VERSION OUT PROGRAM=MAP ...

It is read from the linker's maps: an archive stands here if at least one byte of it is in the program. Each has its
digest and its linked members, and the package that it comes from with version, licence and digest.
"""
import datetime
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import components
import linkmap

_XZ = {"licenseId": "LicenseRef-xz-public-domain", "name": "XZ Utils' liblzma",
       "extractedText": "liblzma is in the public domain."}


class Inventory:
    def __init__(self, version: str):
        self.version = version
        self.packages: dict[str, dict] = {}
        self.files: dict[str, dict] = {}
        self.relations: list[dict] = []

    def relate(self, subject: str, kind: str, other: str, comment: str | None = None) -> None:
        relation = {"spdxElementId": subject, "relationshipType": kind, "relatedSpdxElement": other}
        if comment:
            relation["comment"] = comment
        if relation not in self.relations:
            self.relations.append(relation)

    def program(self, path: Path, map_text: str) -> None:
        linked = linkmap.linked(map_text)
        modules = sorted({name for file in linked if (name := linkmap.module(file))})
        outside = {file: members for file, members in linked.items() if not linkmap.module(file)}
        key = f"SPDXRef-{path.name}"
        licences = {"Apache-2.0", self.runtime(key)}
        for file, members in sorted(outside.items()):
            licences.add(self.archive(key, path.name, file, members))
        commit = _commit()
        self.packages[key] = {
            "SPDXID": key, "name": path.name, "versionInfo": self.version, "downloadLocation": "NOASSERTION",
            "filesAnalyzed": False, "primaryPackagePurpose": "APPLICATION",
            "checksums": [_checksum("SHA256", path.read_bytes())],
            "licenseDeclared": "Apache-2.0", "licenseConcluded": " AND ".join(_bracketed(licences)),
            "copyrightText": "Copyright 2026 The DomB authors",
            "sourceInfo": f"DomB's sources at commit {commit or 'that is not known, or with changes'}; modules {', '.join(modules)}",
        }
        if commit:
            self.packages[key]["externalRefs"] = [{
                "referenceCategory": "PERSISTENT-ID", "referenceType": "gitoid",
                "referenceLocator": f"gitoid:commit:sha1:{commit}"}]
        self.relate("SPDXRef-DOCUMENT", "DESCRIBES", key)

    def runtime(self, program: str) -> str:
        version, release = components.swift()
        licence = "Apache-2.0 WITH Swift-exception"
        self.packages["SPDXRef-swift"] = {
            "SPDXID": "SPDXRef-swift", "name": "swift", "versionInfo": version, "downloadLocation": "NOASSERTION",
            "filesAnalyzed": False, "licenseDeclared": licence, "licenseConcluded": licence,
            "copyrightText": "NOASSERTION", "sourceInfo": release}
        self.relate(program, "STATIC_LINK", "SPDXRef-swift",
                    "Embedded Swift: what a module uses of the standard library is compiled into it")
        return licence

    def archive(self, program: str, name: str, path: str, members: dict[str, int]) -> str:
        """One archive or object file that is not DomB's; its licence."""
        component = components.of(path)
        package = self.component(component)
        data = Path(path).read_bytes()
        key = f"SPDXRef-file-{component.name}-{_token(Path(path).name)}"
        said = f"in {name}: {sum(members.values())} bytes of {', '.join(sorted(members))}"
        file = self.files.setdefault(key, {
            "SPDXID": key, "fileName": f"./{component.name}/{Path(path).name}", "fileTypes": ["ARCHIVE"],
            "checksums": [_checksum("SHA1", data), _checksum("SHA256", data)],
            "licenseConcluded": component.licence, "licenseInfoInFiles": ["NOASSERTION"],
            "copyrightText": "NOASSERTION", "comment": ""})
        file["comment"] = "; ".join(filter(None, [file["comment"], said]))
        self.relate(program, "STATIC_LINK", key)
        self.relate(program, "STATIC_LINK", package)
        self.relate(key, "OTHER", package, "the file is the package's")
        return component.licence

    def component(self, component: components.Component) -> str:
        key = f"SPDXRef-{_token(component.name)}"
        entry = {
            "SPDXID": key, "name": component.name, "versionInfo": component.version,
            "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "licenseDeclared": component.licence,
            "licenseConcluded": component.licence, "copyrightText": "NOASSERTION",
            "sourceInfo": f"source package {component.source} {component.source_version}",
            "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                              "referenceLocator": component.url}]}
        if component.sha256:
            entry["checksums"] = [{"algorithm": "SHA256", "checksumValue": component.sha256}]
            entry["comment"] = "SHA256 of the .deb" if component.distribution else "SHA256 of the source's tarball"
        self.packages[key] = entry
        return key

    def document(self, created: str) -> dict:
        content = {"packages": [self.packages[key] for key in sorted(self.packages)],
                   "files": [self.files[key] for key in sorted(self.files)], "relationships": self.relations}
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        head = {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
                "name": f"domb-{self.version}", "documentNamespace": f"urn:domb:spdx:{self.version}:{digest}",
                "creationInfo": {"created": created, "creators": ["Tool: domb-sbom"]}}
        used = json.dumps(content)
        if _XZ["licenseId"] in used:
            head["hasExtractedLicensingInfos"] = [_XZ]
        return {**head, **content}


def _checksum(algorithm: str, data: bytes) -> dict:
    return {"algorithm": algorithm, "checksumValue": hashlib.new(algorithm, data).hexdigest()}


def _bracketed(licences: set[str]) -> list[str]:
    return [f"({licence})" if " " in licence else licence for licence in sorted(licences)]


def _token(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "-", text)


def _commit() -> str | None:
    """Of the sources, where they are as they were committed."""
    def git(*words: str) -> str | None:
        done = subprocess.run(["git", "-C", components.ROOT, *words], capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else None

    return None if git("status", "--porcelain", "--", "Sources", "Package.swift") else git("rev-parse", "HEAD")


def main(version: str, out: str, *programs: str) -> int:
    inventory = Inventory(version)
    for argument in programs:
        program, _, map_file = argument.partition("=")
        inventory.program(Path(program), Path(map_file).read_text())
    seconds = int(os.environ["SOURCE_DATE_EPOCH"])
    created = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    Path(out).write_text(json.dumps(inventory.document(created), indent=1) + "\n")
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    try:
        sys.exit(main(*sys.argv[1:]))
    except (components.UnknownComponent, linkmap.MapError, OSError) as error:
        sys.exit(f"sbom.py: {error}")

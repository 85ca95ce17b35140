#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a release holds of other projects, from the versions of the packages that it was built with.

contents.py sbom FILE       a bill of materials in SPDX 2.3 (JSON), of the archive FILE
contents.py built-using     the Debian field Built-Using: sources that are linked into the programs
"""

import hashlib
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import time
from typing import NamedTuple


class Part(NamedTuple):
    name: str
    package: str  # of Debian, which says the version
    license: str  # SPDX
    linked: bool  # else: headers, of which code is compiled in


PARTS = (
    Part("OpenSSL", "libssl-dev", "Apache-2.0", True),
    Part("Poco", "libpoco-dev", "BSL-1.0", True),
    Part("utf8proc", "libutf8proc-dev", "MIT AND Unicode-DFS-2015", True),
    Part("libstdc++", "libstdc++-12-dev", "GPL-3.0-or-later WITH GCC-exception-3.1", True),
    Part("Boost.DLL", "libboost1.81-dev", "BSL-1.0", False),
    Part("fmt", "libfmt-dev", "MIT", False),
    Part("toml++", "libtomlplusplus-dev", "MIT", False),
)


def source_of(package):
    """Name and version of the Debian source package, which is the same for all architectures that are installed side by side."""
    form = "${source:Package} ${source:Version}\n"
    done = subprocess.run(["dpkg-query", "--show", "--showformat", form, package], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[0].split()


def built_using():
    sources = {tuple(source_of(part.package)) for part in PARTS if part.linked}
    return ", ".join(f"{name} (= {version})" for name, version in sorted(sources))


def package_of(part):
    source, version = source_of(part.package)
    return {
        "SPDXID": "SPDXRef-" + re.sub("[^A-Za-z0-9.]", "-", part.name),
        "name": part.name,
        "versionInfo": version,
        "downloadLocation": f"https://tracker.debian.org/pkg/{source}",
        "filesAnalyzed": False,
        "licenseConcluded": part.license,
        "licenseDeclared": part.license,
        "copyrightText": "NOASSERTION",
        "externalRefs": [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": f"pkg:deb/debian/{source}@{version.replace('+', '%2B')}?arch=source",
            }
        ],
    }


def parts_of(archive):
    """A cross compiler brings a libstdc++ of its own."""
    cross = archive.name.endswith("-aarch64.tar.xz") and platform.machine() != "aarch64"
    return [part._replace(package=part.package + "-arm64-cross") if cross and part.name == "libstdc++" else part for part in PARTS]


def sbom(archive):
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    version = re.fullmatch(r"heygen-([0-9.]+)-.*", archive.name)[1]
    made = int(os.environ.get("SOURCE_DATE_EPOCH", archive.stat().st_mtime))
    heygen = {
        "SPDXID": "SPDXRef-heygen",
        "name": "heygen",
        "versionInfo": version,
        "packageFileName": archive.name,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "Apache-2.0",
        "licenseDeclared": "Apache-2.0",
        "copyrightText": "2026 The heygen authors",
        "checksums": [{"algorithm": "SHA256", "checksumValue": digest}],
        "primaryPackagePurpose": "APPLICATION",
    }
    others = [package_of(part) for part in parts_of(archive)]
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-heygen")]
    for part, package in zip(PARTS, others):
        relations.append(("SPDXRef-heygen", "STATIC_LINK" if part.linked else "CONTAINS", package["SPDXID"]))
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": archive.name,
        "documentNamespace": f"https://www.heygen.com/spdx/{archive.name}-{digest}",
        "creationInfo": {
            "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(made)),
            "creators": ["Organization: HeyGen", f"Tool: heygen-contents-{version}"],
        },
        "packages": [heygen, *others],
        "relationships": [
            {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other} for one, kind, other in relations
        ],
    }


def main(words):
    match words:
        case ["built-using"]:
            print(built_using())
        case ["sbom", archive]:
            print(json.dumps(sbom(pathlib.Path(archive)), indent=2))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])

"""The libraries that an installation consists of, and their licences, for docs/operate/licences.md."""

from __future__ import annotations

import re
from importlib.metadata import PackageMetadata, metadata
from pathlib import Path

from django.conf import settings

INTRODUCTION = """\
# Licences of libraries

<!-- Made by `manage.py writedocs` from requirements.lock and the libraries' own metadata: do not change it here. -->

Callboard itself has the MIT licence. It uses these libraries, whose versions are in `requirements.lock`. A test accepts
only licences that allow use, change and distribution together with MIT code.

| library | licence |
| --- | --- |
"""
# Other spellings of a licence's SPDX identifier, in lower case.
SPELLINGS = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd": "BSD",
    "bsd 3-clause or apache-2.0": "Apache-2.0 OR BSD-3-Clause",
    "bsd license": "BSD",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
}
LONGEST = 40
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\\\n]+)", re.MULTILINE)
# Markers of libraries that are installed only on Windows, or on old versions of Python.
ELSEWHERE = ("win32", "python_full_version")


def licences_page() -> str:
    """Return the page as Markdown; raises PackageNotFoundError if a library is not installed."""
    return INTRODUCTION + "".join(f"| {name} | {licence} |\n" for name, licence in libraries().items())


def libraries() -> dict[str, str]:
    """Return the licence of each library in requirements.lock that is installed on every system."""
    text = (Path(settings.BASE_DIR) / "requirements.lock").read_text(encoding="utf-8")
    names = [name for name, pin in PINNED.findall(text) if not any(marker in pin for marker in ELSEWHERE)]
    return {name: licence_of(metadata(name)) for name in names}


def licence_of(library: PackageMetadata) -> str:
    """Return the library's licence as its metadata state it: by identifier, in words, or by classifiers."""
    if expressions := library.get_all("License-Expression"):
        return str(expressions[0])
    words = str((library.get_all("License") or [""])[0])
    if words and len(words) <= LONGEST:
        return SPELLINGS.get(words.lower(), words)
    classifiers = library.get_all("Classifier") or []
    names = [item.rpartition(" :: ")[2] for item in classifiers if item.startswith("License ::")]
    return " AND ".join(SPELLINGS.get(name.lower(), name) for name in names)

"""The guides themselves: they are linked, and the files that they name exist."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

DOCS = settings.BASE_DIR / "docs"
GUIDES = sorted(path.name for path in DOCS.glob("adding-*.md"))
# What a guide may name that is not there yet.
PLACEHOLDERS = re.compile(r"[<…*]|\bxx\b|\bnl\b|APP|example|NAME")


@pytest.mark.parametrize("guide", GUIDES)
class TestGuide:
    def test_contributors_find_it(self, guide: str) -> None:
        assert f"(docs/{guide})" in (settings.BASE_DIR / "CONTRIBUTING.md").read_text()

    def test_the_files_that_it_names_exist(self, guide: str) -> None:
        named = re.findall(r"`((?:[\w.-]+/)+[\w.-]+)`", (DOCS / guide).read_text())
        missing = {name for name in named if not PLACEHOLDERS.search(name) and not is_there(name)}
        assert not missing


def is_there(name: str) -> bool:
    return (settings.BASE_DIR / name).exists() or any((settings.BASE_DIR / home / name).exists() for home in HOMES)


HOMES = ("workspace", "preferences", "cloud", "push", "templates")

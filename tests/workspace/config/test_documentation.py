"""docs/configuration.md and .env.example contain exactly the variables that are used. Also: the images of pages."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

READ = re.compile(r"\benv\.\w+\(\s*\"(\w+)\"")
# Used by `callboard runweb`, by uvicorn and by the commands for backups.
READ_ELSEWHERE = {"BIND_HOST", "FORWARDED_ALLOW_IPS", "BACKUP_PASSPHRASE"}


def text_of(path: str) -> str:
    return (settings.BASE_DIR / path).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def read() -> set[str]:
    modules = ("workspace/config/settings.py", "workspace/config/web.py")
    return {name for module in modules for name in READ.findall(text_of(module))} | READ_ELSEWHERE


def test_the_page_lists_every_variable_and_no_other(read: set[str]) -> None:
    first_cells = [row.split("|")[1] for row in text_of("docs/configuration.md").splitlines() if row.startswith("| `")]
    assert {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)} == read


def test_the_example_contains_only_variables_that_are_used(read: set[str]) -> None:
    named = re.findall(r"^#(\w+)=", text_of(".env.example"), re.MULTILINE)
    assert {name.removesuffix("_FILE") if name not in read else name for name in named} <= read


def test_the_images_are_those_that_the_documents_show() -> None:
    images = {path.name for path in (settings.BASE_DIR / "docs" / "images").iterdir()}
    documents = [settings.BASE_DIR / "README.md", *(settings.BASE_DIR / "docs").glob("**/*.md")]
    texts = [path.read_text(encoding="utf-8") for path in documents]
    assert {link for text in texts for link in re.findall(r"\((?:docs/|\.\./)?images/([\w.-]+)\)", text)} == images

"""docs/configuration.md and .env.example contain exactly the variables that are used. Also: the images of pages."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

READ = re.compile(r"\benv\.\w+\(\s*\"(\w+)\"")
# Used by the Procfile and by uvicorn.
READ_ELSEWHERE = {"BIND_HOST", "FORWARDED_ALLOW_IPS"}


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


def test_every_picture_of_a_page_is_there_in_light_dark_and_narrow_as_documents_link_it() -> None:
    there = {path.name for path in (settings.BASE_DIR / "docs" / "images").glob("*.webp")}
    pages = {name.rpartition("-")[0] for name in there}
    assert there == {f"{page}-{mode}.webp" for page in pages for mode in ("light", "dark", "narrow")}
    documents = (path.read_text(encoding="utf-8") for path in (settings.BASE_DIR / "docs").glob("*.md"))
    assert {link for text in documents for link in re.findall(r"\(images/([\w-]+\.webp)\)", text)} <= there

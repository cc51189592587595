"""docs/adding-a-page.md"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

from tests.cases import for_each

GUIDE = "docs/adding-a-page.md"
APPS = ("workspace", "preferences", "cloud", "push")
CODE = {
    path: path.read_text()
    for app in APPS
    for path in (settings.BASE_DIR / app).rglob("*.py")
    if "migrations" not in path.parts
}
EXTENDS = re.compile(r"""{% extends ["'](pages/base\.html|pages/account\.html)["']""")
TEMPLATES = {
    str(path.relative_to(settings.BASE_DIR / "templates")): text
    for path in (settings.BASE_DIR / "templates").rglob("*.html")
    if EXTENDS.search(text := path.read_text())
}


@cache
def words() -> Counter[str]:
    """Return how often each word is in the code."""
    return Counter(word for text in CODE.values() for word in re.findall(r"\w+", text))


def views() -> Iterator[tuple[str, Path]]:
    """Yield the name of every public function that answers a request, with its module."""
    for path, text in CODE.items():
        if "pages" not in path.parts or "urls" in path.stem:
            continue
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and is_view(node) and not node.name.startswith("_"):
                yield node.name, path


def is_view(node: ast.FunctionDef) -> bool:
    """Return whether the function takes a request first and returns a response."""
    first = node.args.args[0].annotation if node.args.args else None
    takes_request = isinstance(first, ast.Name) and first.id == "HttpRequest"
    return takes_request and node.returns is not None and "Response" in ast.unparse(node.returns)


@for_each("name, path", views())
def test_a_view_has_an_address(name: str, path: Path) -> None:
    assert words()[name] > 1, f"Add a line for {name} ({path.name}) to the app's pages/urls.py: {GUIDE}, step 3."


@for_each("template", sorted(TEMPLATES))
class TestTemplate:
    def test_a_view_renders_it(self, template: str) -> None:
        is_used = any(f'"{template}"' in text for text in (*CODE.values(), *ALL_TEMPLATES))
        assert is_used, f"Render {template} in a view: {GUIDE}, step 2."


ALL_TEMPLATES = [path.read_text() for path in (settings.BASE_DIR / "templates").rglob("*.html")]


@for_each("template", sorted(TEMPLATES))
def test_its_view_gives_it_what_every_page_shows(template: str) -> None:
    rendering = {path.name: "page_context" in text for path, text in CODE.items() if f'"{template}"' in text}
    assert all(rendering.values()), f"Give {template} the page_context, in {list(rendering)}: {GUIDE}, step 2."


def page_names() -> Iterator[tuple[str, str]]:
    """Yield the name of every page's address, with what is written where it is declared."""
    for path, text in CODE.items():
        if path.name.startswith("urls") and "pages" in path.parts:
            yield from ((name, text) for name in re.findall(r'\bname="([\w-]+)"', text))


# Browsers and clients know these without a link.
KNOWN = {"favicon", "avatar-uid"}
PAGES = [page for page in page_names() if page[0] not in KNOWN]


@for_each("name, declared", PAGES)
class TestAddress:
    def test_something_leads_there(self, name: str, declared: str) -> None:
        places = [text for text in CODE.values() if text is not declared] + ALL_TEMPLATES
        is_used = any(f'"{name}"' in text or f"'{name}'" in text for text in places)
        assert is_used or declared.count(f'"{name}"') > 1, f"Link the page {name}: {GUIDE}, step 4."

"""docs/adding-an-endpoint.md"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from workspace.api.base import Api

GUIDE = "docs/adding-an-endpoint.md"
METHODS = ("get", "post", "put", "delete")


def routes(patterns: list[Any], before: str = "") -> Iterator[tuple[str, type[Any]]]:
    """Yield every address with the class that answers there."""
    for found in patterns:
        address = before + str(found.pattern)
        if isinstance(found, URLResolver):
            yield from routes(found.url_patterns, address)
        elif isinstance(found, URLPattern) and (view := getattr(found.callback, "cls", None)):
            yield address, view


def endpoints() -> list[type[Api]]:
    """Return every endpoint's class, whether it has an address or not."""
    for app in ("workspace", "preferences", "cloud", "push"):
        package = import_module(f"{app}.api")
        for module in walk_packages(package.__path__, f"{app}.api."):
            import_module(module.name)
    return sorted(set(with_subclasses(Api)), key=lambda view: view.__name__)


def with_subclasses(view: type[Any]) -> Iterator[type[Any]]:
    for one in view.__subclasses__():
        if one.__module__.split(".")[0] in ("workspace", "preferences", "cloud", "push") and is_endpoint(one):
            yield one
        yield from with_subclasses(one)


def is_endpoint(view: type[Any]) -> bool:
    """Return whether the class answers some method itself, and is not only the base of others."""
    return not view.__subclasses__() and any(hasattr(view, method) for method in METHODS)


ROUTED = {view: address for address, view in routes(get_resolver().url_patterns)}
# Those of the API for clients, and those without an address.
ENDPOINTS = [
    pytest.param(view, id=view.__name__) for view in endpoints() if ROUTED.get(view, "api/v1/").startswith("api/v1/")
]
TESTS = "".join(path.read_text() for path in (settings.BASE_DIR / "tests").rglob("test_*.py"))


@pytest.mark.parametrize("view", ENDPOINTS)
class TestEndpoint:
    def test_it_has_an_address(self, view: type[Api]) -> None:
        assert view in ROUTED, f"Add a line for {view.__name__} to the app's api/urls.py: {GUIDE}, step 2."

    def test_it_declares_what_it_takes_and_returns(self, view: type[Api]) -> None:
        for method in METHODS:
            answer = getattr(view, method, None)
            assert answer is None or hasattr(answer, "kwargs") or hasattr(answer, "__wrapped__"), (
                f"Declare {view.__name__}.{method} with @endpoint(…): {GUIDE}, step 1."
            )

    def test_it_is_tested(self, view: type[Api]) -> None:
        name = ROUTED.get(view, view.__name__).removeprefix("api/v1/").split("<")[0].strip("/")
        # Those of several kinds of rooms are tested by names such as f"{kind}.members".
        spellings = (f'"{name}', f"/{name}", f'.{name.rpartition(".")[2]}"')
        assert any(spelling in TESTS for spelling in spellings), (
            f"Test {name} in tests/, also that strangers are refused: {GUIDE}, step 3."
        )

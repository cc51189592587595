"""docs/adding-an-endpoint.md"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

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
ENDPOINTS = [view for view in endpoints() if ROUTED.get(view, "api/v1/").startswith("api/v1/")]


def test_every_endpoint_has_an_address() -> None:
    missing = [view.__name__ for view in ENDPOINTS if view not in ROUTED]
    assert not missing, f"Add a line for each to the app's api/urls.py: {GUIDE}, step 2."


def test_every_endpoint_declares_what_it_takes_and_returns() -> None:
    answers = {f"{view.__name__}.{name}": getattr(view, name, None) for view in ENDPOINTS for name in METHODS}
    undeclared = [
        name
        for name, answer in answers.items()
        if answer is not None and not hasattr(answer, "kwargs") and not hasattr(answer, "__wrapped__")
    ]
    assert not undeclared, f"Declare each with @endpoint(…): {GUIDE}, step 1."


def test_every_endpoint_is_tested() -> None:
    texts = "".join(path.read_text() for path in (settings.BASE_DIR / "tests").rglob("test_*.py"))
    untested = [name for name in map(name_of, ENDPOINTS) if not any(text in texts for text in spellings(name))]
    assert not untested, f"Test each in tests/, also that strangers are refused: {GUIDE}, step 3."


def name_of(view: type[Api]) -> str:
    return ROUTED.get(view, view.__name__).removeprefix("api/v1/").split("<")[0].strip("/")


def spellings(name: str) -> tuple[str, ...]:
    """Return how a test may write the address. Those of several kinds of rooms are written like f"{kind}.members"."""
    return f'"{name}', f"/{name}", f'.{name.rpartition(".")[2]}"'

"""Every provider is complete; a missing step of docs/adding-a-provider.md is reported by its name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings

from push.models import Answer
from push.providers import PROVIDERS
from push.providers.disclosure import Disclosure
from push.providers.ntfy.provider import PROVIDER as NTFY
from push.providers.provider import Provider
from push.providers.registry import providers

ROOT = Path(settings.BASE_DIR)
FOLDERS = ROOT / "push" / "providers"
# These were there before providers had folders; settings, models and the gateway's server name them.
NAMED_ELSEWHERE = {"apple", "google", "web_push", "gateway"}
# Apprise can deliver to ntfy servers, and programs post to webhooks with Apprise.
MAY_NAME = {"ntfy": "push/providers/apprise/services.py", "apprise": "workspace/webhooks/programs/titled.py"}


def missing_steps(name: str, provider: Provider) -> Iterator[str]:
    """Yield the steps that a provider lacks, each as an instruction."""
    yield from missing_files(name, provider)
    meanings = [row for section in provider.answers for row in section.meanings]
    if not meanings:
        yield "Meanings: list every answer of the service in meanings.py, and name the tables in `answers`."
    if meanings and not any(row.answer == Answer.RETRY for row in meanings):
        yield "Meanings: say which answers are to be tried again."
    if not all(str(row.sentence) for row in meanings):
        yield "Meanings: give every answer a sentence."
    device = provider.device
    if device is None:
        return
    if (provider.credentials is None) == (provider.own_route is None):
        yield "Routes: give either `credentials` (keys of apps) or `own_route` (none needed)."
    disclosure = provider.disclosure
    if not (disclosure.places or disclosure.fields or disclosure.note):
        yield "Privacy: list every field that is sent in `disclosure`."
    if device.added_by_hand and provider.setup is None:
        yield "Set-up: a service whose devices people add by hand needs `setup`, so that an administrator turns it on."


def missing_files(name: str, provider: Provider) -> Iterator[str]:
    """Yield the steps whose files are missing."""
    if not provider.docs or not (ROOT / "docs" / provider.docs).exists():
        yield f"Documentation: write docs/{provider.docs or f'{name}.md'} and name it in `docs`."
    elif provider.docs not in (ROOT / "mkdocs.yml").read_text():
        yield f"Documentation: add {provider.docs} to `nav` in mkdocs.yml."
    if not any((ROOT / "tests" / "fakes" / f"{spelling}.py").exists() for spelling in (name, name.replace("_", ""))):
        yield f"Fake: write a server that answers like the service, tests/fakes/{name}.py."
    for test in ("test_transport.py", "test_delivery.py") if provider.own_route else ("test_transport.py",):
        if not (ROOT / "tests" / "push" / "providers" / name / test).exists():
            yield f"Tests: write tests/push/providers/{name}/{test}."


@pytest.mark.parametrize(("name", "provider"), list(zip(PROVIDERS, providers(), strict=True)), ids=PROVIDERS)
def test_no_step_is_missing(name: str, provider: Provider) -> None:
    missing = list(missing_steps(name, provider))
    assert not missing, "\n".join([f"{name} is incomplete (docs/adding-a-provider.md):", *missing])


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"answers": ()}, "Meanings"),
        ({"disclosure": Disclosure()}, "Privacy"),
        ({"docs": ""}, "Documentation"),
        ({"own_route": None}, "Routes"),
        ({"setup": None}, "Set-up"),
    ],
)
def test_a_forgotten_step_is_named(changes: dict[str, object], step: str) -> None:
    (missing,) = missing_steps("ntfy", replace(NTFY, **changes))  # type: ignore[arg-type]
    assert missing.startswith(f"{step}:")


def test_forgotten_files_are_named() -> None:
    found = {step.partition(":")[0] for step in missing_steps("pager", replace(NTFY, docs="pager.md"))}
    assert found == {"Documentation", "Fake", "Tests"}


def test_kinds_and_types_are_unique_and_fit_into_their_columns() -> None:
    kinds = [provider.kind for provider in providers()]
    types = [provider.device.type for provider in providers() if provider.device]
    assert len(set(kinds)) == len(kinds)
    assert len(set(types)) == len(types)
    assert all(re.fullmatch(r"[a-z_]{1,32}", name) for name in kinds + types)


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in FOLDERS.glob("*/__init__.py")), ids=lambda path: path.name
)
def test_no_provider_imports_another(folder: Path) -> None:
    others = {path.parent.name for path in FOLDERS.glob("*/__init__.py")} - {folder.name}
    for path in folder.glob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text()))
        imported = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        imported = {module for module in imported if module.startswith("push.providers.")}
        folders = {module.removeprefix("push.providers.").partition(".")[0] for module in imported}
        assert not folders & others, path


@pytest.mark.parametrize("name", [name for name in PROVIDERS if name not in NAMED_ELSEWHERE])
def test_no_other_module_or_template_names_the_provider(name: str) -> None:
    folder = FOLDERS / name
    word = re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE)
    found = [
        str(path.relative_to(ROOT))
        for root in ("push", "workspace", "preferences", "cloud", "templates")
        for path in (ROOT / root).rglob("*")
        if path.suffix in {".py", ".html", ".js", ".css"}
        and folder not in path.parents
        and path != FOLDERS / "__init__.py"
        and word.search(path.read_text(encoding="utf-8"))
    ]
    assert not set(found) - {MAY_NAME.get(name)}

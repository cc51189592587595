"""Writes the documentation pages that are generated from declarations in the code."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from push.content.disclosure import privacy_page
from push.explain.documentation import reasons_page
from push.providers.docs import answers_page
from push.rules.docs import rules_page
from workspace.api.methods.documentation import methods_page
from workspace.live.docs import streams_page
from workspace.logs.documentation import logs_page
from workspace.management.licences import licences_page
from workspace.setting_groups.documentation import settings_page

# The pages by their names in docs/.
PAGES: dict[str, Callable[[], str]] = {
    "answers": answers_page,
    "methods": methods_page,
    "operate/licences": licences_page,
    "operate/logs": logs_page,
    "operate/reasons": reasons_page,
    "privacy": privacy_page,
    "rules": rules_page,
    "settings": settings_page,
    "streams": streams_page,
}


class Command(BaseCommand):
    """`manage.py writedocs [answers …]` writes pages in docs/; with --check it reports whether they are up to date."""

    help = "Writes the pages in docs/ that are generated from the code: all of them, or the named ones."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pages", nargs="*", metavar="page", help=f"One of: {', '.join(PAGES)}.")
        parser.add_argument("--check", action="store_true", help="Write nothing; fail if a page is out of date.")

    def handle(self, *args: Any, pages: Collection[str] = (), check: bool = False, **options: Any) -> str:
        if unknown := sorted(set(pages) - PAGES.keys()):
            raise CommandError(f"Unknown page: {', '.join(unknown)}. The pages are {', '.join(PAGES)}.")
        names = [name for name in PAGES if name in pages] or list(PAGES)
        return "\n".join(page_check(name) if check else page_write(name) for name in names)


def page_write(name: str) -> str:
    """Write a page, and return a sentence about it."""
    path = page_path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(PAGES[name](), encoding="utf-8")
    return f"Wrote docs/{name}.md."


def page_check(name: str) -> str:
    """Return a sentence if the page is up to date, else raise CommandError."""
    path = page_path(name)
    if not path.exists() or path.read_text(encoding="utf-8") != PAGES[name]():
        raise CommandError(f"docs/{name}.md is out of date: run manage.py writedocs.")
    return f"docs/{name}.md is up to date."


def page_path(name: str) -> Path:
    """Return the path of a page."""
    return Path(settings.BASE_DIR) / "docs" / f"{name}.md"

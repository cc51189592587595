"""Write the documentation page about the rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from push.rules.docs import rules_page

PAGE = Path("docs") / "rules.md"


class Command(BaseCommand):
    """`manage.py rules_doc` writes docs/rules.md; with --check it only reports whether the page is up to date."""

    help = "Writes docs/rules.md from the rules that decide who is notified."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; fail if the page is out of date.")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> str:
        path = Path(settings.BASE_DIR) / PAGE
        if not check:
            path.write_text(rules_page(), encoding="utf-8")
            return f"Wrote {PAGE}."
        if not path.exists() or path.read_text(encoding="utf-8") != rules_page():
            raise CommandError(f"{PAGE} is out of date: run manage.py rules_doc.")
        return f"{PAGE} is up to date."

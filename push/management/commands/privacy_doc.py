"""Write the documentation page about the data that leaves the server with a push."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from push.content.disclosure import privacy_page

PAGE = Path("docs") / "privacy.md"


class Command(BaseCommand):
    """`manage.py privacy_doc` writes docs/privacy.md; with --check it only reports whether the page is up to date."""

    help = "Writes docs/privacy.md from the list of data that pushes contain."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; fail if the page is out of date.")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> str:
        path = Path(settings.BASE_DIR) / PAGE
        if not check:
            path.write_text(privacy_page(), encoding="utf-8")
            return f"Wrote {PAGE}."
        if not path.exists() or path.read_text(encoding="utf-8") != privacy_page():
            raise CommandError(f"{PAGE} is out of date: run manage.py privacy_doc.")
        return f"{PAGE} is up to date."

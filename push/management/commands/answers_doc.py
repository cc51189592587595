"""Write the page about the providers' answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from push.providers.docs import answers_page

PAGE = Path("docs") / "answers.md"


class Command(BaseCommand):
    """`manage.py answers_doc` writes docs/answers.md; with --check it only tells whether the page is up to date."""

    help = "Writes docs/answers.md from what the answers of push services mean."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Change nothing; fail when the page is out of date.")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> str:
        path = Path(settings.BASE_DIR) / PAGE
        if not check:
            path.write_text(answers_page(), encoding="utf-8")
            return f"Wrote {PAGE}."
        if not path.exists() or path.read_text(encoding="utf-8") != answers_page():
            raise CommandError(f"{PAGE} is out of date: run manage.py answers_doc.")
        return f"{PAGE} is up to date."

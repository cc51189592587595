"""Write docs/settings.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from workspace.setting_groups.documentation import page


class Command(BaseCommand):
    """Writes the page with all settings from their declarations."""

    help = "Write docs/settings.md from the settings' declarations."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Only check whether the page is up to date.")
        parser.add_argument("--path", type=Path, default=settings.BASE_DIR / "docs" / "settings.md")

    def handle(self, *_args: Any, check: bool, path: Path, **_options: Any) -> str:
        content = page()
        if check:
            if not path.exists() or path.read_text(encoding="utf-8") != content:
                raise CommandError(f"{path.name} is stale: run manage.py settingsdoc.")
            return f"{path.name} is up to date."
        path.write_text(content, encoding="utf-8")
        return f"Wrote {path.name}."

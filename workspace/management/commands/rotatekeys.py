"""Encrypts stored secrets with the newest key, so that older keys can be removed from the environment."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workspace.security.rotation import keys_rotate


class Command(BaseCommand):
    """`manage.py rotatekeys`; docs/operate/backup.md says in which order keys are replaced."""

    help = (
        "Encrypts all stored secrets with the first ENCRYPTION_KEY and with SECRET_KEY. Can be run again at any time."
    )

    def handle(self, *args: Any, **options: Any) -> str:
        result = keys_rotate(progress=lambda column: self.stderr.write(f"Reading {column} ..."))
        summary = f"{result.rotated} secrets were encrypted with the newest key; {result.current} already were."
        if result.unreadable:
            names = "\n".join(f"  {name}" for name in result.unreadable)
            raise CommandError(
                f"{summary}\nNo configured key decrypts {len(result.unreadable)} secrets. They are unchanged:\n"
                f"{names}\n"
                "Add the key they were encrypted with, or enter these secrets again. Do not remove a key before that."
            )
        return f"{summary} Older keys can be removed."

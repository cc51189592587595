"""The `setupcode` command: shows the code that protects the first page of a new installation."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from push.selectors.setup.codes import setup_code
from push.selectors.setup.progress import has_administrator
from push.services.setup.progress import setup_reopen


class Command(BaseCommand):
    """`manage.py setupcode [--new]`."""

    help = "Shows the one-time code with which the first administrator is created on the set-up page."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--new", action="store_true", help="make a new code; the earlier one becomes invalid")

    def handle(self, *args: Any, new: bool = False, **options: Any) -> str:
        if not settings.SETUP_WIZARD:
            raise CommandError("The set-up page is turned off (SETUP_WIZARD). Use “manage.py setup --admin”.")
        if has_administrator():
            raise CommandError(
                "There is an administrator already, so no code is valid. To create another account, sign in as an "
                "administrator, or use “manage.py setup --admin”."
            )
        return setup_code(setup_reopen(new_code=new))

"""`manage.py showwebpushkeys`: the key pair that identifies this workspace to browsers' push services (VAPID)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from push.providers.web_push.keys import vapid_keys_ensure, vapid_keys_renew


class Command(BaseCommand):
    help = "Shows the workspace's public key for web push, or replaces the key pair."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--renew",
            action="store_true",
            help="Create new keys. Browsers subscribe again the next time they open a page.",
        )

    def handle(self, *args: Any, **options: Any) -> str:
        keys = vapid_keys_renew() if options["renew"] else vapid_keys_ensure()
        if not keys.private_key:
            self.stderr.write("The private key cannot be decrypted with the current ENCRYPTION_KEY: use --renew.")
        return keys.public_key

"""`manage.py webpushkeys`: the key pair by which push services of browsers know this workspace."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from push.providers.web_push.keys import vapid_keys_ensure, vapid_keys_renew


class Command(BaseCommand):
    help = "Shows the workspace's public key for web push, or replaces the pair."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--renew", action="store_true", help="Make new keys. Browsers subscribe anew when they next open a page."
        )

    def handle(self, *args: Any, **options: Any) -> str:
        keys = vapid_keys_renew() if options["renew"] else vapid_keys_ensure()
        if not keys.private_key:
            self.stderr.write("The private key cannot be decrypted with the present ENCRYPTION_KEY: use --renew.")
        return keys.public_key

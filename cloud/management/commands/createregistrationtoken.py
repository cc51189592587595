"""Creates and prints a registration token for one workspace."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from cloud.models import Plan
from cloud.services.registration_requests import registration_token_create


class Command(BaseCommand):
    help = "Creates and prints a token with which one workspace can register with this cloud within seven days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--note", default="", help="who the token is for")
        parser.add_argument("--plan", default=Plan.COMMUNITY.value, choices=Plan.values)

    def handle(self, *args: Any, **options: Any) -> str:
        return registration_token_create(note=options["note"], plan=options["plan"])[1]

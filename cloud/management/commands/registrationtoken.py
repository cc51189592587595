"""Prints a token that lets one workspace register with this cloud."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from cloud.models import Plan
from cloud.services.registration_requests import registration_token_create


class Command(BaseCommand):
    help = "Prints a token, good for seven days, that lets one workspace register with this cloud."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--note", default="", help="for whom it is")
        parser.add_argument("--plan", default=Plan.COMMUNITY.value, choices=Plan.values)

    def handle(self, *args: Any, **options: Any) -> str:
        return registration_token_create(note=options["note"], plan=options["plan"])[1]

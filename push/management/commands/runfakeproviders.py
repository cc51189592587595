"""Run fake Apple, Google, web push and gateway servers, to try out pushes without the real services."""

from __future__ import annotations

import select
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from push.worker.processes import StopRequest

POLL_SECONDS = 0.2


class Command(BaseCommand):
    """`manage.py runfakeproviders [--port 8443] [--answer BEGINNING=ANSWER …]`; docs/white-label.md shows its use."""

    help = "Runs fake push services of Apple and Google, a web push service and a gateway, with throw-away credentials."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8443, help="The first of five consecutive ports.")
        parser.add_argument("--folder", type=Path, help="Where the credentials are stored; by default in DATA_DIR.")
        parser.add_argument("--app", default="callboard.phone", help="The app name that the certificate is for.")
        parser.add_argument(
            "--answer",
            action="append",
            default=[],
            metavar="BEGINNING=ANSWER",
            help="The answer for tokens that begin with BEGINNING: one of Apple's reasons or Google's codes, cut, or "
            "delay:SECONDS. For the gateway, and for web push endpoints whose last path segment begins with it: an "
            "HTTP status (STATUS, or STATUS:SECONDS with a Retry-After header).",
        )
        parser.add_argument(
            "--streams", type=int, default=1000, help="How many concurrent requests a connection accepts."
        )
        parser.add_argument(
            "--goaway-after", type=int, default=0, help="Close a connection gracefully after this many requests."
        )
        parser.add_argument("--cut-after", type=int, default=0, help="Drop a connection after this many requests.")

    def handle(self, *args: Any, **options: Any) -> str:
        try:
            by_hand = import_module("tests.fakes.by_hand")
        except ImportError as error:
            raise CommandError(
                "The fake providers are part of the tests, which are not installed here: run this in a source checkout "
                f"with the development requirements ({error})."
            ) from error
        folder = options["folder"] or Path(settings.DATA_DIR) / "fake-providers"
        credentials = by_hand.Credentials.keep(folder.resolve(), app=options["app"])
        faults = by_hand.Faults(options["streams"], options["goaway_after"], options["cut_after"])
        stop = StopRequest()
        stop.listen()
        try:
            with by_hand.FakeProviders(credentials, port=options["port"], faults=faults) as providers:
                self.script(providers, options["answer"])
                self.show(providers, stop)
        except OSError as error:
            raise CommandError(
                f"Port {options['port']} or one of the four ports after it is in use: {error.strerror}."
            ) from error
        return "The fake providers have stopped."

    def script(self, providers: Any, answers: list[str]) -> None:
        """Set the answers from the options; raises CommandError for an invalid one."""
        try:
            providers.script(answers)
        except ValueError as error:
            raise CommandError(f"{error} is not a valid answer; examples: a1b2=Unregistered, a1b2=delay:5.") from error

    def show(self, providers: Any, stop: StopRequest) -> None:
        """Print how to use the providers, then each received push, until stopped."""
        for line in providers.introduction():
            self.stdout.write(line)
        while not stop.is_made():
            self.stdout.flush()
            select.select([stop.fileno()], [], [], POLL_SECONDS)
            for line in providers.arrivals():
                self.stdout.write(line)

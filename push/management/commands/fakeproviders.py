"""Playing Apple, Google, a web push service and a gateway, to try pushes out without them."""

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
    """`manage.py fakeproviders [--port 8443] [--answer BEGINNING=ANSWER …]`; docs/white-label.md shows its use."""

    help = "Plays Apple's and Google's push services, one for web push and a gateway here, with throw-away credentials."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8443, help="Of the first of five neighbouring ports.")
        parser.add_argument("--folder", type=Path, help="Where the credentials lie; in DATA_DIR unless given.")
        parser.add_argument("--app", default="callboard.phone", help="The app name that the certificate is for.")
        parser.add_argument(
            "--answer",
            action="append",
            default=[],
            metavar="BEGINNING=ANSWER",
            help="How tokens with this beginning are answered: Apple's reasons, Google's codes, cut, or delay:SECONDS; "
            "and with which status (STATUS, or STATUS:SECONDS with a Retry-After) the gateway answers, and endpoints "
            "of web push whose last part begins so.",
        )
        parser.add_argument("--streams", type=int, default=1000, help="Requests at once that a connection takes.")
        parser.add_argument("--goaway-after", type=int, default=0, help="Requests after which a connection is ended.")
        parser.add_argument("--cut-after", type=int, default=0, help="Requests after which a connection breaks off.")

    def handle(self, *args: Any, **options: Any) -> str:
        try:
            by_hand = import_module("tests.fakes.by_hand")
        except ImportError as error:
            raise CommandError(
                "The fake providers belong to the tests, which are not installed here: run this in a checkout of the "
                f"source with its development requirements ({error})."
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
                f"Port {options['port']} or one of the four after it is taken: {error.strerror}."
            ) from error
        return "The fake providers have stopped."

    def script(self, providers: Any, answers: list[str]) -> None:
        """Let tokens be answered as the options say; raises CommandError for one that says nothing."""
        try:
            providers.script(answers)
        except ValueError as error:
            raise CommandError(f"{error} is no answer: give one such as a1b2=Unregistered or a1b2=delay:5.") from error

    def show(self, providers: Any, stop: StopRequest) -> None:
        """Tell what to do with them, then what arrives, until stopped."""
        for line in providers.introduction():
            self.stdout.write(line)
        while not stop.is_made():
            self.stdout.flush()
            select.select([stop.fileno()], [], [], POLL_SECONDS)
            for line in providers.arrivals():
                self.stdout.write(line)

"""`manage.py setup`: prepares the database before the first process starts."""

from __future__ import annotations

import errno
import socket
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, OperationalError

from cloud.services.licences import signing_key_ensure
from cloud.services.terms import terms_ensure
from push.models import PushSettings
from push.services.demo import PASSWORD, PEOPLE, demo_prepare
from workspace.address_masks import address_mask
from workspace.models import User
from workspace.roles import is_cloud, is_workspace
from workspace.services.setup import is_migrated
from workspace.setting_groups.checks import TAG

# How many ports after one in use are tried, to suggest a free one.
PORTS_TRIED = 50


def port_ensure(listen: str, started_with: str) -> None:
    """Raise CommandError if no server can listen at `HOST:PORT`; the message suggests the command with a free port."""
    host, _colon, port = listen.rpartition(":")
    problem = listen_problem(host, int(port))
    if problem is None:
        return
    if problem.errno != errno.EADDRINUSE:
        raise CommandError(f"The site cannot listen at {listen}: {problem.strerror}.")
    following = range(int(port) + 1, min(int(port) + 1 + PORTS_TRIED, 65_536))
    free = next((number for number in following if listen_problem(host, number) is None), None)
    advice = f" Choose another one:\n\n    PORT={free} {started_with}\n" if free else ""
    raise CommandError(f"Port {port} is already in use.{advice}")


def listen_problem(host: str, port: int) -> OSError | None:
    """Return the error if no server can listen there, else None."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host.strip("[]"), port))
        except OSError as error:
            return error
    return None


class Command(BaseCommand):
    # Only the checks of the environment: the start waits for this command, and the worker runs all checks.
    requires_system_checks = (TAG,)
    help = "Migrates the database and, on an empty embedded installation, creates the demo workspace."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--listen", metavar="HOST:PORT", help="fail if the web server cannot listen here")
        parser.add_argument("--started-with", default="make run", help="the command to suggest with a free port")

    def handle(self, *args: Any, listen: str | None = None, started_with: str = "make run", **options: Any) -> None:
        if listen:
            port_ensure(listen, started_with)
        try:
            # This check takes a tenth of the time of a migrate that has nothing to do.
            if not is_migrated(DEFAULT_DB_ALIAS):
                call_command("migrate", verbosity=0)
        except OperationalError as error:
            raise CommandError(f"The database (DATABASE_URL) cannot be used: {error}") from error
        if is_cloud():
            signing_key_ensure()
            terms_ensure()
        if not settings.PRODUCTION:
            demo_prepare(site_url=settings.SITE_URL)
            self.stdout.write(self.greeting())

    def greeting(self) -> str:
        """Return the site's URL, the demo accounts, and a warning about a suspicious setting."""
        lines = ["", f"Callboard is running at {settings.SITE_URL}  (Ctrl-C stops it)", ""]
        names = [name for name, _full_name, _roles in PEOPLE]
        if present := User.objects.filter(username__in=names).values_list("username", flat=True):
            lines += [f"  Demo sign-ins: {', '.join(sorted(present))}   password (unless changed): {PASSWORD}"]
        if settings.SANDBOX and is_workspace():
            lines += [f"  Simulated phone: {settings.SITE_URL}/phone/"]
        lines += [f"  Administration:  {settings.SITE_URL}/admin/", ""]
        if not is_workspace():
            return "\n".join(lines)
        gateway = urlsplit(next(iter(PushSettings.stored().gateway.split()), ""))
        if gateway.hostname in {"127.0.0.1", "localhost"} and gateway.netloc != urlsplit(settings.SITE_URL).netloc:
            shown = address_mask(gateway.geturl())
            lines += [f"  Note: Push_gateway is {shown}, which is not this site's address.", ""]
        return "\n".join(lines)

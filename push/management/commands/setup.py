"""`manage.py setup`: prepares the database before the first process starts, and sets the installation up."""

from __future__ import annotations

import errno
import socket
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, OperationalError, transaction

from cloud.services.licences import signing_key_ensure
from cloud.services.terms import terms_ensure
from push.models import PushSettings
from push.selectors.setup.codes import setup_code
from push.selectors.setup.progress import accepts_code, progress_current
from push.selectors.setup.routes import Way
from push.services.demo import PASSWORD, PEOPLE, demo_prepare
from push.services.setup.progress import setup_close
from push.services.setup.unattended import OPTIONS, Administrator, administrator_ensure, environment_apply, values_apply
from workspace.address_masks import address_mask
from workspace.errors import ApplicationError
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
    help = (
        "Migrates the database, sets up a new installation from options or environment variables, and creates the demo "
        "workspace in an empty embedded one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--listen", metavar="HOST:PORT", help="fail if the web server cannot listen here")
        parser.add_argument("--started-with", default="make run", help="the command to suggest with a free port")
        parser.add_argument("--admin", metavar="USERNAME", help="create this administrator, unless the account exists")
        parser.add_argument("--email", help="the administrator's e-mail address")
        parser.add_argument("--admin-name", default="", help="the administrator's display name")
        password = parser.add_mutually_exclusive_group()
        password.add_argument("--password-file", type=Path, help="a file with the administrator's password")
        password.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
        parser.add_argument("--name", help="the name of the workspace")
        parser.add_argument("--type", help="the type of the organization, such as enterprise")
        parser.add_argument("--size", help="the number of people in the organization")
        parser.add_argument("--country", help="the country of the organization")
        parser.add_argument("--language", help="the language for users who have not chosen one, such as de")
        parser.add_argument("--time-zone", help="the time zone for users who have not chosen one")
        parser.add_argument("--push", choices=Way.values, help="how pushes reach phones")

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
        try:
            self.set_up(options)
        except ApplicationError as error:
            raise CommandError(error.message or error.code) from error
        if settings.DEMO:
            demo_prepare(site_url=settings.SITE_URL)
        if not settings.PRODUCTION:
            self.stdout.write(self.greeting())
        if accepts_code():
            code = setup_code(progress_current())
            self.stdout.write(f"This installation is new. Open {settings.SITE_URL}/setup/ and enter the code {code}\n")

    def set_up(self, options: dict[str, Any]) -> None:
        """Apply the options, and on a new installation the environment variables for what has no option."""
        values = {name: options.get(name) or "" for name in OPTIONS}
        if username := options.get("admin"):
            wanted = Administrator(
                username=username,
                email=options.get("email") or "",
                name=options.get("admin_name") or "",
                password=self.password(options),
            )
            with transaction.atomic():
                created = administrator_ensure(wanted)
                values_apply(values)
                setup_close()
            state = "was created" if created else "exists already and was not changed"
            self.stdout.write(f"The administrator {username} {state}.")
            return
        values_apply(values)
        name = settings.ADMIN_USERNAME
        administrator = (
            Administrator(
                username=name, email=settings.ADMIN_EMAIL, name=settings.ADMIN_NAME, password=settings.ADMIN_PASS
            )
            if name
            else None
        )
        environment_apply(administrator, settings.SETUP_VALUES, cloud_token=settings.SETUP_CLOUD_TOKEN)

    @staticmethod
    def password(options: dict[str, Any]) -> str:
        """Return the password from the file or standard input; from ADMIN_PASS otherwise."""
        path = options.get("password_file")
        if path:
            try:
                return str(path.read_text(encoding="utf-8").strip("\r\n"))
            except OSError as error:
                raise CommandError(f"--password-file cannot be read: {error.strerror}.") from error
        if options.get("password_stdin"):
            return sys.stdin.readline().strip("\r\n")
        return str(settings.ADMIN_PASS)

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

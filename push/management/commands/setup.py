"""`manage.py setup`: what `make run` does before the first process starts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, OperationalError

from cloud.services.licences import signing_key_ensure
from cloud.services.terms import terms_ensure
from push.models import PushSettings
from push.services.demo import PASSWORD, PEOPLE, demo_prepare
from workspace.models import User
from workspace.roles import is_cloud, is_workspace
from workspace.services.setup import is_migrated
from workspace.setting_groups.checks import TAG


class Command(BaseCommand):
    # Only what depends on the environment: the start waits for this command, and the worker runs every check.
    requires_system_checks = (TAG,)
    help = "Brings the database up to date and, on an empty embedded installation, prepares the demo workspace."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            # Looking takes a tenth of the time of migrating nothing.
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
        """Return where the site answers, who can sign in, and what looks wrong."""
        lines = ["", f"Callboard answers at {settings.SITE_URL}  (Ctrl-C stops it)", ""]
        names = [name for name, _full_name, _roles in PEOPLE]
        if present := User.objects.filter(username__in=names).values_list("username", flat=True):
            lines += [f"  Demo sign-ins: {', '.join(sorted(present))}   password, unless changed: {PASSWORD}"]
        if settings.SANDBOX and is_workspace():
            lines += [f"  Simulated phone: {settings.SITE_URL}/phone/"]
        lines += [f"  Administration:  {settings.SITE_URL}/admin/", ""]
        if not is_workspace():
            return "\n".join(lines)
        gateway = urlsplit(PushSettings.stored().gateway.split()[0])
        if gateway.hostname in {"127.0.0.1", "localhost"} and gateway.netloc != urlsplit(settings.SITE_URL).netloc:
            lines += [f"  Note: Push_gateway is {gateway.geturl()}, which is not where this site answers.", ""]
        return "\n".join(lines)

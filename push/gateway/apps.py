"""Which app a push is for, and the keys that it is sent with."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings

from push.models import GatewayApp
from push.providers.protocol import GCM
from push.providers.pushes import Push
from push.providers.registry import providers_by_type
from workspace.errors import ApplicationError

CACHE_SECONDS = 1.0
OTHER_APP = "other"


@dataclass(frozen=True, slots=True)
class AppKeys:
    """An app's credentials at its provider's service, and at the one for development if the provider has one."""

    production: Any = field(default=None, repr=False)
    development: Any = field(default=None, repr=False)


class Apps:
    """The apps of this gateway, as they were within the last second."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Read the apps anew the next time."""
        self._read_at = float("-inf")
        self._apps: dict[tuple[str, str], AppKeys] = {}

    @property
    def is_fresh(self) -> bool:
        """Return whether a look asks no database."""
        return time.monotonic() - self._read_at < CACHE_SECONDS

    def read(self) -> None:
        """Read the apps from the database, unless that has just been done."""
        if self.is_fresh:
            return
        found: dict[tuple[str, str], AppKeys] = {}
        for app in GatewayApp.objects.filter(is_active=True):
            before = found.get((app.type, app.app_name), AppKeys())
            found[app.type, app.app_name] = keys_add(before, app)
        self._apps, self._read_at = found, time.monotonic()

    def keys_of(self, push: Push) -> AppKeys | None:
        """Return the keys for the push's app; None where the sandbox takes it.

        Raises `error-app-unknown` (422) for an app that this gateway does not push for, and `error-no-provider` (503)
        while it has none at all.
        """
        keys = self._apps.get((push.type, push.app_name))
        if keys is None and push.type == GCM:
            keys = self._apps.get((push.type, "")) or self.only_google_app(push)
        if keys is None and not settings.SANDBOX and not self._apps:
            raise ApplicationError("error-no-provider", "This gateway has no apps to push for yet", status=503)
        if keys is None and not settings.SANDBOX:
            name = f"“{push.topic[:80]}”" if push.topic else "of this kind"
            raise ApplicationError("error-app-unknown", f"This gateway pushes for no app {name}", status=422)
        return keys

    def only_google_app(self, push: Push) -> AppKeys | None:
        """Return the keys of the single Google app there is, for servers that do not tell which it is."""
        found = [keys for (type_, _name), keys in self._apps.items() if type_ == GCM]
        return found[0] if len(found) == 1 and not push.topic else None

    def counted_name(self, push: Push) -> str:
        """Return under which name the push is counted: names that anyone may invent are counted together."""
        if not push.topic:
            # Rocket.Chat servers name the app of a push to Apple only.
            names = {name for type_, name in self._apps if type_ == GCM}
            return names.pop() if len(names) == 1 else ""
        known = (push.type, push.app_name) in self._apps or settings.SANDBOX
        return push.app_name[:128] if known else OTHER_APP


def keys_add(keys: AppKeys, app: GatewayApp) -> AppKeys:
    """Return the keys with those of one more row."""
    read = providers_by_type()[app.type].credentials
    found = read(app) if read else None
    return replace(keys, production=found) if app.production else replace(keys, development=found)


apps_current = Apps()

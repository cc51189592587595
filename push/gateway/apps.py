"""The gateway's apps and their provider keys."""

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
    """An app's credentials for its provider's production service, and for the development service if there is one."""

    production: Any = field(default=None, repr=False)
    development: Any = field(default=None, repr=False)


class Apps:
    """A cache of this gateway's apps, at most one second old."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Invalidate the cache."""
        self._read_at = float("-inf")
        self._apps: dict[tuple[str, str], AppKeys] = {}

    @property
    def is_fresh(self) -> bool:
        """Return True if the cache is still valid."""
        return time.monotonic() - self._read_at < CACHE_SECONDS

    def read(self) -> None:
        """Load the apps from the database if the cache has expired."""
        if self.is_fresh:
            return
        apps: dict[tuple[str, str], AppKeys] = {}
        for app in GatewayApp.objects.filter(is_active=True):
            before = apps.get((app.type, app.app_name), AppKeys())
            apps[app.type, app.app_name] = with_keys_of(before, app)
        self._apps, self._read_at = apps, time.monotonic()

    def keys_of(self, push: Push) -> AppKeys | None:
        """Return the keys for the push's app; None if the sandbox handles it.

        Raises `error-app-unknown` (422) for an app that this gateway does not serve, and `error-no-provider` (503) if
        it has no apps yet.
        """
        keys = self._apps.get((push.type, push.app_name))
        if keys is None and push.type == GCM:
            keys = self._apps.get((push.type, "")) or self.only_google_app(push)
        if keys is None and not settings.SANDBOX and not self._apps:
            raise ApplicationError("error-no-provider", "This gateway has no apps yet", status=503)
        if keys is None and not settings.SANDBOX:
            name = f"“{push.topic[:80]}”" if push.topic else "of this kind"
            raise ApplicationError("error-app-unknown", f"This gateway does not serve the app {name}", status=422)
        return keys

    def only_google_app(self, push: Push) -> AppKeys | None:
        """Return the keys of the only Google app, for servers that do not send the app name."""
        candidates = [keys for (type_, _name), keys in self._apps.items() if type_ == GCM]
        return candidates[0] if len(candidates) == 1 and not push.topic else None

    def counted_name(self, push: Push) -> str:
        """Return the app name under which the push is counted; unknown names are counted together."""
        if not push.topic:
            # Rocket.Chat servers only send the app name with pushes to Apple.
            names = {name for type_, name in self._apps if type_ == GCM}
            return names.pop() if len(names) == 1 else ""
        is_known = (push.type, push.app_name) in self._apps or settings.SANDBOX
        return push.app_name[:128] if is_known else OTHER_APP


def with_keys_of(keys: AppKeys, app: GatewayApp) -> AppKeys:
    """Return the keys, extended with those of another row."""
    read = providers_by_type()[app.type].credentials
    credentials = read(app) if read else None
    return replace(keys, production=credentials) if app.production else replace(keys, development=credentials)


apps_current = Apps()

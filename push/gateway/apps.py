"""The gateway's apps and their provider keys."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings

from push.models import GatewayApp
from push.providers.protocol import APN, GCM
from push.providers.pushes import CALL_TOPIC_ENDING, Push
from push.providers.registry import providers_by_type
from workspace.errors import ApplicationError

CACHE_SECONDS = 1.0
OTHER_APP = "other"
# An app's other names with one of these characters are patterns.
WILDCARDS = {"*": ".*", "?": "."}


@dataclass(frozen=True, slots=True)
class AppKeys:
    """An app's credentials for its provider's production service, and for the development service if there is one."""

    production: Any = field(default=None, repr=False)
    development: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class NamedApp:
    """An app as another protocol names it. `production` selects Apple's service; None: determined by the token."""

    type: str
    topic: str
    production: bool | None = None


class Apps:
    """A cache of this gateway's apps, at most one second old."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Invalidate the cache."""
        self._read_at = float("-inf")
        self._apps: dict[tuple[str, str], AppKeys] = {}
        self._named: dict[str, list[NamedApp]] = {}
        # The patterns, the longest first.
        self._patterns: list[tuple[re.Pattern[str], str]] = []

    @property
    def is_fresh(self) -> bool:
        """Return True if the cache is still valid."""
        return time.monotonic() - self._read_at < CACHE_SECONDS

    def read(self) -> None:
        """Load the apps from the database if the cache has expired."""
        if self.is_fresh:
            return
        apps: dict[tuple[str, str], AppKeys] = {}
        named: dict[str, list[NamedApp]] = defaultdict(list)
        for app in GatewayApp.objects.filter(is_active=True):
            before = apps.get((app.type, app.app_name), AppKeys())
            apps[app.type, app.app_name] = with_keys_of(before, app)
            for name in app.other_names.split():
                named[name].append(NamedApp(app.type, app.app_name, app.production))
        patterns = sorted((name for name in named if not WILDCARDS.keys().isdisjoint(name)), key=len, reverse=True)
        self._patterns = [(pattern_compile(pattern), pattern) for pattern in patterns]
        self._apps, self._named, self._read_at = apps, dict(named), time.monotonic()

    def named(self, name: str, *, type: str) -> NamedApp:
        """Return the app that a protocol calls `name`: by its other names, else by its bundle or package id, else by
        the longest pattern among the other names.

        `type` is the service that the device token looks like; it decides if the name does not. Raises
        `error-app-unknown` (422), and `error-no-provider` (503) for a gateway without apps.
        """
        found = self._named.get(name) or [NamedApp(one, name) for one, own in self._apps if own and own == name]
        if len({app.type for app in found}) > 1:
            found = [app for app in found if app.type == type]
        if not found and name.endswith(CALL_TOPIC_ENDING):
            app = self.named(name.removesuffix(CALL_TOPIC_ENDING), type=type)
            return replace(app, topic=app.topic + CALL_TOPIC_ENDING) if app.type == APN else app
        found = found or self.matching(name, type=type)
        if not found:
            # Raises the error, unless the sandbox or an entry for all other apps handles it.
            self.keys_of(Push(type=type, token="", topic=name))
            return NamedApp(type, name)
        # A name of both Apple's production and development service does not choose between them.
        return found[0] if len(found) == 1 else replace(found[0], production=None)

    def matching(self, name: str, *, type: str) -> list[NamedApp]:
        """Return the apps of the longest pattern that the name matches, of this service if it has some."""
        for pattern, text in self._patterns:
            if pattern.fullmatch(name):
                found = self._named[text]
                return [app for app in found if app.type == type] or found[:1]
        return []

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


def pattern_compile(pattern: str) -> re.Pattern[str]:
    """Return the regular expression of a pattern: `*` stands for any text, `?` for one character."""
    return re.compile("".join(WILDCARDS.get(character) or re.escape(character) for character in pattern))


def with_keys_of(keys: AppKeys, app: GatewayApp) -> AppKeys:
    """Return the keys, extended with those of another row."""
    read = providers_by_type()[app.type].credentials
    credentials = read(app) if read else None
    return replace(keys, production=credentials) if app.production else replace(keys, development=credentials)


apps_current = Apps()

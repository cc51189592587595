"""Which endpoints are sent which events, read at most once a second, so that notifications need no queries for it."""

from __future__ import annotations

import time

from push.models import WebhookEndpoint

CACHE_SECONDS = 1.0


class Subscriptions:
    """The keys of enabled endpoints, by the type of event."""

    def __init__(self) -> None:
        self._by_event: dict[str, list[int]] = {}
        self._read_at = float("-inf")

    def to(self, type: str) -> list[int]:
        """Return the keys of the endpoints that are sent events of a type."""
        if time.monotonic() - self._read_at >= CACHE_SECONDS:
            self._read()
        return self._by_event.get(type, [])

    def forget(self) -> None:
        """Read them again when they are next used in this process."""
        self._read_at = float("-inf")

    def _read(self) -> None:
        by_event: dict[str, list[int]] = {}
        for endpoint in WebhookEndpoint.objects.filter(is_enabled=True).only("pk", "events"):
            for type in endpoint.event_types:
                by_event.setdefault(type, []).append(endpoint.pk)
        self._by_event, self._read_at = by_event, time.monotonic()


subscriptions = Subscriptions()

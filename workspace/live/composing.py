"""Turns rows into frames, with few queries for all rows."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence

from workspace.live.deliveries import Delivery, message_deliveries, room_event_deliveries
from workspace.live.index import Interest
from workspace.live.member_updates import removed_deliveries
from workspace.live.reading import Row, details
from workspace.live.workspace_events import workspace_deliveries
from workspace.logs.events import LogEvent
from workspace.models import LiveKind

LIVE_UNREADABLE = LogEvent(
    "live.unreadable",
    "An event for open pages is unreadable. Another version may have written it.",
    level=logging.WARNING,
)


def compose(rows: Sequence[Row], interest: Interest) -> list[Delivery]:
    """Return the frames for the rows, as far as anyone hears them."""
    return [
        *message_deliveries(rows, interest),
        *room_event_deliveries(rows, interest),
        *removed_deliveries(rows, interest),
        *workspace_deliveries(rows, interest),
    ]


def compose_transient(payloads: Iterable[str], interest: Interest) -> list[Delivery]:
    """Return the frames for events that were announced without a row."""
    rows = [Row(0, LiveKind.TRANSIENT, None, None, None, parsed(payload)) for payload in payloads if payload]
    return list(room_event_deliveries(rows, interest))


def parsed(payload: str) -> dict[str, object]:
    """Return the content of an announcement; empty if another version sent something unreadable."""
    try:
        return details(json.loads(payload))
    except ValueError:
        LIVE_UNREADABLE.log()
        return {}

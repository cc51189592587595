"""One member's database rows as they were at a given time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Model

from preferences.models import RoomPreferences
from push.rules.facts import MessageFacts
from workspace.models import Subscription
from workspace.models.history import rows_as_of
from workspace.selectors.presence import connection_at, presence_row_as_of, status_at

Row = dict[str, Any]


class MemberPast:
    """The data about a member that the rules use, as of the time `at`. Presence is as of `facts.accepted_at`."""

    def __init__(self, facts: MessageFacts, user_id: int, at: datetime) -> None:
        self.facts = facts
        self.user_id = user_id
        self.at = at
        self._rows: dict[tuple[Any, ...], list[Row]] = {}
        self._presences: dict[datetime, Row] = {}

    def about(self, facts: MessageFacts) -> MemberPast:
        """Return the same member's past for another message, sharing the rows that have been read."""
        other = MemberPast(facts, self.user_id, self.at)
        other._rows, other._presences = self._rows, self._presences
        return other

    def rows(self, model: type[Model], **matching: Any) -> list[Row]:
        """Return the member's rows that match the given column values."""
        asked = (model, *sorted(matching.items()))
        if asked not in self._rows:
            self._rows[asked] = rows_as_of(model, user=self.user_id, at=self.at, **matching)
        return self._rows[asked]

    def row(self, model: type[Model], **matching: Any) -> Row:
        """Return the member's matching row; an empty one if there was none."""
        return next(iter(self.rows(model, **matching)), {})

    @property
    def subscription(self) -> Row:
        """Return the membership in the message's room; empty if the user was not a member."""
        return self.row(Subscription, room_id=self.facts.room_id)

    @property
    def room_preferences(self) -> Row:
        """Return the member's preferences for the room."""
        return self.row(RoomPreferences, room_id=self.facts.room_id)

    @property
    def presence(self) -> Row:
        """Return the member's presence as of the message's acceptance; empty if there was none."""
        accepted_at = self.facts.accepted_at
        if accepted_at not in self._presences:
            self._presences[accepted_at] = presence_row_as_of(self.user_id, accepted_at)
        return self._presences[accepted_at]

    @property
    def connection(self) -> str:
        """Return the member's connection, as reported by their clients, when the message was accepted."""
        row = self.presence
        return connection_at(row.get("connected_until"), row.get("away_at"), self.facts.accepted_at)

    @property
    def status(self) -> str:
        """Return the manually set status at the time when the message was accepted."""
        row = self.presence
        return status_at(row.get("status"), row.get("status_expires_at"), self.facts.accepted_at)

"""The form of a message's facts: everything that changes the text of the statements that decide.

Two messages of the same form differ only in keys, times and highlight words, which are parameters. The form is itself
a message's facts, with samples in place of these, so a statement that is generated for it fits every such message.
A new fact is part of the form unless it is replaced here. Rules must not depend on the values that are replaced, only
on whether they are empty, and on whether the room is too large.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from push.rules.delays import delays
from push.rules.facts import MessageFacts
from push.rules.quiet_hours import quiet_defaults
from workspace.database.statement_forms import TIMES, Value, length_of, padded, sample_keys, sample_texts

# Statements that are kept for each kind, several times as many as a workspace usually has forms.
MOST_FORMS = 128


class Levels(dict[str, str]):
    """Levels by channel that can be part of a key."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))


@dataclass(frozen=True, slots=True)
class Form:
    """A form, with the settings that the statements contain. `quiet` is None if quiet hours are not in use.

    `users` is the number of samples for the users to read.
    """

    facts: MessageFacts
    delays: tuple[tuple[str, int], ...]
    quiet: tuple[Any, ...] | None
    users: int
    has_end: bool
    vendor: str

    @property
    def sample_users(self) -> list[int]:
        """Return the samples for the users to read."""
        return sample_keys(3, self.users)

    @property
    def sample_part(self) -> tuple[int, int | None]:
        """Return the samples for the keys of the first user (excluded) and the last one; None for no end."""
        above, upto = sample_keys(4, 2)
        return above, upto if self.has_end else None

    @property
    def is_current(self) -> bool:
        """Return True if the settings are still those in the form, so a statement generated just now has them too."""
        return self.delays == tuple(delays().items()) and (self.quiet is None or self.quiet == quiet_defaults())


@dataclass(frozen=True, slots=True)
class Filling:
    """A form, and what replaces its samples."""

    form: Form
    values: dict[Value, Value]
    times: dict[str, datetime]


def filling_of(
    facts: MessageFacts,
    *,
    users: Collection[int] = (),
    above: int = 0,
    upto: int | None = None,
    in_use: bool,
    now: datetime,
) -> Filling | None:
    """Return the form of the facts, and the values of this message; None if it has too many to prepare a statement."""
    lists: list[Collection[Any]] = [facts.mentioned, facts.direct_viewers, facts.highlights, users]
    lengths = [length_of(values) for values in lists]
    if None in lengths:
        return None
    mentioned, viewers, highlights, listed = (length or 0 for length in lengths)
    message, room, sender, thread = sample_keys(0, 4)
    samples: list[list[Any]] = [
        sample_keys(1, mentioned),
        sample_keys(2, viewers),
        sample_texts(highlights),
        sample_keys(3, listed),
    ]
    form = replace(
        facts,
        message_id=message,
        room_id=room,
        sender_id=sender,
        thread_id=facts.thread_id and thread,
        accepted_at=TIMES["accepted_at"],
        members_count=2 if facts.is_room_too_large else 1,
        max_room_members=1 if facts.is_room_too_large else 0,
        mentioned=frozenset(samples[0]),
        direct_viewers=frozenset(samples[1]),
        highlights=frozenset(samples[2]),
        defaults=Levels(facts.defaults),
    )
    values: dict[Value, Value] = {message: facts.message_id, room: facts.room_id, sender: facts.sender_id}
    values[thread] = facts.thread_id or 0
    values.update(zip(sample_keys(4, 2), (above, upto or 0), strict=True))
    for sampled, actual in zip(samples, lists, strict=True):
        values.update(zip(sampled, padded(actual), strict=True))
    quiet = quiet_defaults() if in_use else None
    key = Form(form, tuple(delays().items()), quiet, listed, upto is not None, connection.vendor)
    return Filling(key, values, {"accepted_at": facts.accepted_at, "now": now})

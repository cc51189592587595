"""Creating, changing and removing sources of events, and their keys."""

from __future__ import annotations

import secrets
import string
from datetime import timedelta
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

from workspace.cache import first_within
from workspace.errors import MissingPermissionError
from workspace.models import EventSource, User
from workspace.models.events.sources import PREFIX_LENGTH
from workspace.selectors.events.known import ascii_name
from workspace.selectors.events.sources import KEY_START, key_digest, may_manage_sources

KEY_LENGTH = 48
ALPHABET = string.ascii_letters + string.digits
# How long the previous key of a source works after a rotation.
ROTATION_TIME = timedelta(days=1)
# How often the time of the last call is saved, in seconds.
CALL_INTERVAL = 60


class SourceChanges(TypedDict, total=False):
    """Changes to a source; missing keys mean no change."""

    name: str
    is_enabled: bool
    kinds: str
    events_per_minute: int
    stores_texts: bool
    creates_unknown: bool
    trusts_addresses: bool
    frame_origins: str


@transaction.atomic
def source_create(*, by: User, **values: Unpack[SourceChanges]) -> tuple[EventSource, str]:
    """Create a source, and return it with its key, which is not stored.

    Raises MissingPermissionError if `by` may not, and ValidationError for invalid values.
    """
    manage_check(by)
    source = EventSource(created_by=by, **values)
    source.prefix = free_prefix(source.name)
    key = key_set(source)
    source.full_clean()
    source.save()
    return source, key


@transaction.atomic
def source_update(*, by: User, source: EventSource, **changes: Unpack[SourceChanges]) -> EventSource:
    """Change a source; raises the errors of `source_create`."""
    manage_check(by)
    for name, value in changes.items():
        setattr(source, name, value)
    source.full_clean()
    source.save()
    return source


@transaction.atomic
def source_key_rotate(*, by: User, source: EventSource) -> str:
    """Return a new key of the source. The present one still works for a day, an earlier one no longer."""
    manage_check(by)
    source.previous_key_digest, source.previous_key_until = source.key_digest, timezone.now() + ROTATION_TIME
    key = key_set(source)
    source.save()
    return key


@transaction.atomic
def source_previous_key_end(*, by: User, source: EventSource) -> None:
    """Make the previous key invalid at once, such as after it was disclosed."""
    manage_check(by)
    source.previous_key_digest, source.previous_key_until = "", None
    source.save()


@transaction.atomic
def source_remove(*, by: User, source: EventSource) -> None:
    """Remove a source. Its people and rooms remain, as accounts and rooms of the workspace."""
    manage_check(by)
    source.delete()


def call_note(*, source: EventSource) -> None:
    """Save when the source last called, at most once a minute."""
    if first_within(f"source-called:{source.pk}", seconds=CALL_INTERVAL):
        EventSource.objects.filter(pk=source.pk).update(last_called_at=timezone.now())


def manage_check(by: User) -> None:
    """Raise MissingPermissionError if the account may not manage sources."""
    if not may_manage_sources(by):
        raise MissingPermissionError()


def key_set(source: EventSource) -> str:
    """Give the source a new key, and return it."""
    key = KEY_START + "".join(secrets.choice(ALPHABET) for _position in range(KEY_LENGTH))
    source.key_digest, source.key_end = key_digest(key), key[-4:]
    return key


def free_prefix(name: str) -> str:
    """Return a prefix that no other source has, such as `help-desk`."""
    base = ascii_name(name.lower(), longest=PREFIX_LENGTH - 4, default="source")
    taken = set(EventSource.objects.filter(prefix__startswith=base).values_list("prefix", flat=True))
    candidates = [base, *(f"{base}{number}" for number in range(2, 1000))]
    return next(candidate for candidate in candidates if candidate not in taken)

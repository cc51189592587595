"""Which source a key belongs to, and who may manage sources."""

from __future__ import annotations

import hashlib

from django.db.models import Q
from django.utils import timezone

from workspace.models import EventSource, User

MANAGE_SOURCES = "workspace.manage_event_sources"
KEY_START = "cbs_"


def key_digest(key: str) -> str:
    """Return the digest under which a key is stored. A random key of 48 characters needs no slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()


def source_of_key(key: str) -> EventSource | None:
    """Return the enabled source with this key, or with this previous key that is still valid."""
    if not key.startswith(KEY_START):
        return None
    digest = key_digest(key)
    previous = Q(previous_key_digest=digest, previous_key_until__gt=timezone.now())
    return EventSource.objects.filter(Q(key_digest=digest) | previous, is_enabled=True).first()


def may_manage_sources(user: User) -> bool:
    """Return True if the account may manage the sources of events."""
    return user.has_perm(MANAGE_SOURCES)

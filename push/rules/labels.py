"""The values that the rules read, in words: what they are called, where they come from, and what they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from preferences.models import Level
from push.models import Channel
from push.rules.facts import MessageFacts
from push.rules.members import MEMBER_VALUES_BY_NAME
from push.rules.origins import Origin
from workspace.models import Connection, Status

LEVEL_NAMES = {f"{level}_{channel}" for level in ("room", "account") for channel in Channel}
MESSAGE_VALUES: dict[str, tuple[str | Promise, Origin]] = {
    "is_edit": (gettext_lazy("an edit of an older message"), Origin.MESSAGE),
    "is_system": (gettext_lazy("said by the system"), Origin.MESSAGE),
    "is_imported": (gettext_lazy("brought in from elsewhere"), Origin.MESSAGE),
    "push_enabled": (gettext_lazy("Push > Enable"), Origin.WORKSPACE),
    "email_enabled": (gettext_lazy("Accounts > Allow e-mail notifications"), Origin.WORKSPACE),
    "busy_silences_push": (gettext_lazy("Busy silences push, too"), Origin.WORKSPACE),
    "is_thread_reply": (gettext_lazy("stands in a thread only"), Origin.MESSAGE),
    "defaults": (gettext_lazy("default preference"), Origin.WORKSPACE),
    "is_direct": (gettext_lazy("a direct message"), Origin.MESSAGE),
    "is_room_too_large": (gettext_lazy("room too large"), Origin.WORKSPACE),
    "calls_all": (gettext_lazy("calls @all"), Origin.MESSAGE),
    "calls_here": (gettext_lazy("calls @here"), Origin.MESSAGE),
}


@dataclass(frozen=True, slots=True)
class ReadValue:
    """One value that a rule read: its name, what people call it, what it was, and where it came from."""

    name: str
    label: str
    value: bool | str
    shown: str
    origin: Origin
    is_changed: bool = False


def read_value(
    name: str, facts: MessageFacts, values: Mapping[str, Any], channel: Channel, changed: frozenset[str] = frozenset()
) -> ReadValue | None:
    """Return a value in words; None for one that only serves to find others, such as the sender's key."""
    if of_member := MEMBER_VALUES_BY_NAME.get(name):
        value = values[name]
        shown = level_shown(value) if name in LEVEL_NAMES else shown_of(name, value)
        return ReadValue(name, str(of_member.label), value, shown, of_member.origin, name in changed)
    if name not in MESSAGE_VALUES:
        return None
    label, origin = MESSAGE_VALUES[name]
    if name == "defaults":
        value = facts.defaults[channel]
        return ReadValue(name, str(label), value, level_shown(value), origin, f"default_{channel}" in changed)
    value = getattr(facts, name)
    is_changed = name in changed or (
        name == "is_room_too_large" and bool(changed & {"members_count", "max_room_members"})
    )
    shown = size_shown(facts) if name == "is_room_too_large" else shown_of(name, value)
    return ReadValue(name, str(label), value, shown, origin, is_changed)


def shown_of(name: str, value: bool | str) -> str:
    """Return a value as people read it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    kinds: dict[str, type[Connection] | type[Status]] = {"connection": Connection, "status": Status}
    return str(kinds[name](value).label) if name in kinds else value


def level_shown(value: str) -> str:
    """Return a preference as people read it."""
    return str(Level(value).label) if value else _("not chosen")


def size_shown(facts: MessageFacts) -> str:
    """Return the room's size beside the limit."""
    if not facts.max_room_members:
        return _("%(members)d members, no limit") % {"members": facts.members_count}
    sizes = {"members": facts.members_count, "limit": facts.max_room_members}
    return _("%(members)d members, the limit is %(limit)d") % sizes

"""Labels for the values that the rules read: their names, their values in words, and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from preferences.models import Level
from push.models import Channel
from push.rules.facts import FACTS, MessageFacts
from push.rules.members import MEMBER_VALUES_BY_NAME
from push.rules.origins import Origin
from workspace.models import Connection, Status

LEVEL_NAMES = {f"{level}_{channel}" for level in ("room", "account") for channel in Channel}


@dataclass(frozen=True, slots=True)
class ReadValue:
    """A value that a rule read: its name, its label, the value, the value in words, and where it came from."""

    name: str
    label: str
    value: bool | str
    shown: str
    origin: Origin
    is_changed: bool = False


def read_value(
    name: str, facts: MessageFacts, values: Mapping[str, Any], channel: Channel, changed: frozenset[str] = frozenset()
) -> ReadValue | None:
    """Return the labelled value; None for values that are never shown, such as the sender's key."""
    if of_member := MEMBER_VALUES_BY_NAME.get(name):
        value = values[name]
        shown = level_shown(value) if name in LEVEL_NAMES else shown_of(name, value)
        return ReadValue(name, str(of_member.label), value, shown, of_member.origin, name in changed)
    fact = FACTS.get(name)
    if fact is None or not fact.label:
        return None
    value = getattr(facts, name)
    if fact.is_by_channel:
        value = value[channel]
        is_changed = f"{name.removesuffix('s')}_{channel}" in changed
        return ReadValue(name, str(fact.label), value, level_shown(value), fact.origin, is_changed)
    is_changed = not changed.isdisjoint((name, *fact.made_of))
    shown = fact.shown(facts) if fact.shown else shown_of(name, value)
    return ReadValue(name, str(fact.label), value, shown, fact.origin, is_changed)


def shown_of(name: str, value: bool | str) -> str:
    """Return the value in words."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    kinds: dict[str, type[TextChoices]] = {"connection": Connection, "status": Status}
    return choice_shown(kinds[name], value) if name in kinds else str(value)


def level_shown(value: str) -> str:
    """Return the label of a preference level."""
    return choice_shown(Level, value) if value else _("not chosen")


def choice_shown(choices: type[TextChoices], value: str) -> str:
    """Return the label of a choice. A stored value that is no longer a choice is returned unchanged."""
    return str(choices(value).label) if value in choices.values else value

"""The "what if" form: asks what the rules would decide with other values."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from preferences.models import Level
from push.models import Channel
from push.rules.facts import FACTS
from push.rules.members import MEMBER_VALUES_BY_NAME
from workspace.models import Connection, Status

UNCHANGED = ("", _("Unchanged"))
NOT_CHOSEN = "default"
SWITCHES = {"yes": True, "no": False}
LEVELS = (*Level.choices, (NOT_CHOSEN, _("Not chosen")))
MEMBER_FIELDS = (
    "account_active",
    "has_device",
    "has_email",
    "alerts_off",
    "ignores_sender",
    "group_mentions_muted",
    "follows_thread",
    "is_named",
    "is_highlighted",
)
MESSAGE_FIELDS = ("is_thread_reply", "calls_all", "calls_here", "busy_silences_push")
MAX_MEMBERS = 10_000_000


class WhatIfForm(forms.Form):
    """One field for each value that can be changed; an empty field keeps the actual value."""

    def __init__(self, data: Any, *, channel: Channel) -> None:
        super().__init__(data)
        self.fields["status"] = choice(MEMBER_VALUES_BY_NAME["status"].label, Status.choices)
        self.fields["connection"] = choice(MEMBER_VALUES_BY_NAME["connection"].label, Connection.choices)
        self.fields[f"room_{channel}"] = choice(MEMBER_VALUES_BY_NAME[f"room_{channel}"].label, LEVELS)
        self.fields[f"account_{channel}"] = choice(MEMBER_VALUES_BY_NAME[f"account_{channel}"].label, LEVELS)
        self.fields[f"default_{channel}"] = choice(_("workspace default"), Level.choices)
        for name in MEMBER_FIELDS:
            self.fields[name] = switch(MEMBER_VALUES_BY_NAME[name].label)
        for name in MESSAGE_FIELDS:
            self.fields[name] = switch(FACTS[name].label)
        self.fields["members_count"] = number(_("members in the room"))
        self.fields["max_room_members"] = number(_("member limit (0: none)"))

    def changes(self) -> dict[str, Any]:
        """Return the changed values by name; empty if the form is invalid."""
        if not self.is_valid():
            return {}
        entered = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        return {name: value_of(value) for name, value in entered.items()}


def value_of(value: Any) -> Any:
    """Return the rule value that a field's value represents."""
    if value == NOT_CHOSEN:
        return ""
    return SWITCHES.get(value, value) if isinstance(value, str) else value


def choice(label: Any, choices: Any) -> forms.ChoiceField:
    """Return a select field."""
    return forms.ChoiceField(label=label, choices=[UNCHANGED, *choices], required=False)


def switch(label: Any) -> forms.ChoiceField:
    """Return a select field for a boolean."""
    return choice(label, [("yes", _("Yes")), ("no", _("No"))])


def number(label: Any) -> forms.IntegerField:
    """Return a field for a member count."""
    return forms.IntegerField(label=label, min_value=0, max_value=MAX_MEMBERS, required=False)

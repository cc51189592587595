"""The form of a room's notification preferences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldBooleanSwitchWidget

from preferences.models import RoomPreferences
from preferences.pages.fields import choice_field
from preferences.selectors.effective import column_of, default_shown
from workspace.pages.changes import ChangesForm

# What a switch says is the opposite of what its column holds, where the column's name says "not".
SWITCHES: tuple[tuple[str, str, bool, Any, Any], ...] = (
    (
        "alerts",
        "notifications_disabled",
        True,
        _("Turn on"),
        _("Receive alerts of this room. Off: you are notified of nothing that is said here."),
    ),
    (
        "mute_groups",
        "group_mentions_muted",
        False,
        _("Mute @all and @here mentions"),
        _("Messages to everybody do not notify you, unless they mention you as well."),
    ),
    ("counter", "unread_hidden", True, _("Show counter"), _("How much you have not read, in the list of rooms.")),
    ("badge", "mentions_hidden", True, _("Show mention badge"), _("Shown even while the counter is not.")),
)
COLUMNS: tuple[tuple[str, Any, Any], ...] = (
    ("desktop", _("Desktop"), _("In this browser while a page is open.")),
    ("push", _("Mobile"), _("On the devices that you signed in with.")),
    ("email", _("E-mail"), _("Sent while you are not online.")),
    ("sound", _("Sound"), ""),
    ("audio", _("Play the sound for"), _("Of the messages that show a desktop notification.")),
    ("desktop_duration", _("Desktop notifications stay"), _("Seconds; 0: as long as the browser shows them.")),
    ("unread_alert", _("Unread alert"), _("For which messages the page's title and icon show this room.")),
)
CHANNELS = ("desktop", "push", "email")


class RoomForm(ChangesForm):
    """Switches for the whole room, and a choice for each column, with what the room inherits written out."""

    def __init__(self, data: Any = None, *, chosen: RoomPreferences, inherited: Mapping[str, Any]) -> None:
        initial: dict[str, Any] = {
            switch: getattr(chosen, column) is not is_opposite
            for switch, column, is_opposite, _label, _help in SWITCHES
        }
        super().__init__(data, initial=initial | {name: getattr(chosen, name) for name, _label, _help in COLUMNS})
        for switch, _column, _opposite, label, help_text in SWITCHES:
            self.fields[switch] = forms.BooleanField(
                required=False, label=label, help_text=help_text, widget=UnfoldBooleanSwitchWidget
            )
        for name, label, help_text in COLUMNS:
            column = column_of(RoomPreferences, name)
            default = default_shown(name, inherited[name], model=RoomPreferences)
            self.fields[name] = choice_field(column, default=default, label=label, help_text=help_text)
        self.include_initial()

    def choices(self) -> dict[str, Any]:
        """Return what the person changed, by the columns that hold it."""
        data = self.changes()
        switched = {
            column: data[switch] is not is_opposite
            for switch, column, is_opposite, _label, _help in SWITCHES
            if switch in data
        }
        return switched | {name: data[name] for name, _label, _help in COLUMNS if name in data}

    def switches(self) -> list[forms.BoundField]:
        """Return the fields of the switches."""
        return [self[switch] for switch, *_rest in SWITCHES]

    def channels(self) -> list[forms.BoundField]:
        """Return the fields of the three channels."""
        return [self[name] for name in CHANNELS]

    def others(self) -> list[forms.BoundField]:
        """Return the fields that say how notifications of the room sound and look."""
        return [self[name] for name, _label, _help in COLUMNS if name not in CHANNELS]

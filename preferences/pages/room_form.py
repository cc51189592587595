"""The form of a room's notification preferences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldBooleanSwitchWidget

from preferences.models import RoomPreferences
from preferences.pages.fields import choice_field
from preferences.selectors.effective import column_of, default_label
from workspace.pages.changes import ChangesForm

# Form field, column, whether the field is the opposite of the column, label, help text.
SWITCHES: tuple[tuple[str, str, bool, Any, Any], ...] = (
    (
        "alerts",
        "notifications_disabled",
        True,
        _("Turn on"),
        _("Receive notifications for this room. Off: no message in this room notifies you."),
    ),
    (
        "mute_groups",
        "group_mentions_muted",
        False,
        _("Mute @all and @here mentions"),
        _("Messages with @all or @here do not notify you, unless they also mention you."),
    ),
    ("counter", "unread_hidden", True, _("Show counter"), _("The list of rooms shows the number of unread messages.")),
    ("badge", "mentions_hidden", True, _("Show mention badge"), _("Shown even if the counter is hidden.")),
)
COLUMNS: tuple[tuple[str, Any, Any], ...] = (
    ("desktop", _("Desktop"), _("Shown in this browser while a page is open.")),
    ("push", _("Mobile"), _("Sent to the devices on which you are signed in.")),
    ("email", _("E-mail"), _("Sent while you are not online.")),
    ("sound", _("Sound"), ""),
    ("audio", _("Play the sound for"), _("Only messages that show a desktop notification play a sound.")),
    ("desktop_duration", _("Desktop notifications stay"), _("In seconds. 0: the browser decides.")),
    ("unread_alert", _("Unread alert"), _("Messages for which the page's title and icon show this room.")),
)
CHANNELS = ("desktop", "push", "email")


class RoomForm(ChangesForm):
    """Switches for the whole room, and a choice for each column, which shows the inherited value."""

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
            default = default_label(name, inherited[name], model=RoomPreferences)
            self.fields[name] = choice_field(column, default=default, label=label, help_text=help_text)
        self.include_initial()

    def choices(self) -> dict[str, Any]:
        """Return the changed preferences by column name."""
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
        """Return the fields for how notifications of the room sound and look."""
        return [self[name] for name, _label, _help in COLUMNS if name not in CHANNELS]

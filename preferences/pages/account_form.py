"""The form of the page My Account > Preferences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from preferences.highlights import MAX_WORDS, WORD_LENGTH
from preferences.models import AccountPreferences, AccountsSettings, Level
from preferences.pages.fields import choice_field
from preferences.selectors.effective import column_of, default_label
from workspace.pages.changes import ChangesForm

CHANNELS = ("desktop", "push", "email")
HIGHLIGHTS = "highlights"


@dataclass(frozen=True, slots=True)
class Item:
    """One preference: its column, label and help text.

    `control` is the additional element: the channel's "preview", a button to "play" the sound, or empty.
    """

    name: str
    label: Any
    help: Any = ""
    control: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Preferences under one heading. `slug` is the heading's anchor in URLs."""

    slug: str
    title: str | Promise
    icon: str
    items: tuple[Item, ...]


SECTIONS = (
    Section(
        "notifications",
        _("Notifications"),
        "notifications",
        (
            Item("desktop", _("Desktop notifications"), _("Shown in this browser while a page is open."), "preview"),
            Item(
                "require_interaction",
                _("Require interaction to dismiss desktop notifications"),
                _("Notifications stay until you click them."),
            ),
            Item(
                "push",
                _("Push notifications (mobile)"),
                _("Sent to the devices on which you are signed in."),
                "preview",
            ),
            Item(
                "always_display_mobile",
                _("Always display mobile notifications"),
                _("Off: no push while you are online."),
            ),
            Item("email", _("E-mail notifications"), _("Sent while you are not online."), "preview"),
            Item("unread_alert", _("Unread alert"), _("The page's title and icon show that you have unread messages.")),
            Item(
                "login_detection_email",
                _("Login detection e-mails"),
                _("You get an e-mail when your account is used from a new browser, app or network."),
            ),
        ),
    ),
    Section(
        "highlights",
        _("Highlights"),
        "ink_highlighter",
        (
            Item(
                HIGHLIGHTS,
                _("Highlight words"),
                _("Messages with one of these words notify you like a mention. One word per line."),
            ),
        ),
    ),
    Section(
        "sound",
        _("Sound"),
        "volume_up",
        (
            Item("new_message_sound", _("New message sound"), control="play"),
            Item("new_room_sound", _("New room sound"), control="play"),
            Item("sound_volume", _("Volume"), _("Percent, from 0 to 100.")),
            Item(
                "mute_focused",
                _("Mute focused conversations"),
                _("No sound for messages in the room that you have open."),
            ),
        ),
    ),
    Section(
        "presence",
        _("User Presence"),
        "sensors",
        (
            Item(
                "auto_away", _("Auto away"), _("You are shown as away when you are inactive for the idle time limit.")
            ),
            Item("idle_limit", _("Idle time limit"), _("In seconds. 0: never away.")),
        ),
    ),
)


class AccountForm(ChangesForm):
    """A field for each preference, which shows the workspace's default, and a field for the highlight words."""

    def __init__(self, data: Any = None, *, chosen: AccountPreferences, words: list[str]) -> None:
        columns = [item.name for section in SECTIONS for item in section.items if item.name != HIGHLIGHTS]
        initial = {name: getattr(chosen, name) for name in columns} | {HIGHLIGHTS: "\n".join(words)}
        super().__init__(data, initial=initial)
        defaults = AccountsSettings.current()
        for section in SECTIONS:
            for item in section.items:
                self.fields[item.name] = (
                    words_field(item) if item.name == HIGHLIGHTS else self.column_field(item, defaults)
                )
        self.email_choices_limit(chosen)
        self.include_initial()

    @staticmethod
    def column_field(item: Item, defaults: AccountsSettings) -> forms.Field:
        """Return the form field for a column."""
        default = default_label(item.name, getattr(defaults, item.name), model=AccountPreferences)
        column = column_of(AccountPreferences, item.name)
        return choice_field(column, default=default, label=item.label, help_text=item.help)

    def email_choices_limit(self, chosen: AccountPreferences) -> None:
        """Remove the choice "all messages" for e-mail, which clients do not offer either, unless it is selected."""
        field: Any = self.fields["email"]
        labels = {Level.MENTIONS.value: _("Mentions and direct messages")}
        field.choices = [
            (value, labels.get(value, label))
            for value, label in field.choices
            if value != Level.ALL or chosen.email == Level.ALL
        ]

    def sections(self) -> Iterator[tuple[Section, list[tuple[Item, forms.BoundField]]]]:
        """Yield each section with its items and their form fields."""
        for section in SECTIONS:
            yield section, [(item, self[item.name]) for item in section.items]

    def clean_highlights(self) -> list[str]:
        words = words_of(self.cleaned_data[HIGHLIGHTS])
        if too_long := next((word for word in words if len(word) > WORD_LENGTH), None):
            raise ValidationError(
                _("“%(word)s…” is too long. A word can have at most %(most)d characters."),
                params={"word": too_long[:20], "most": WORD_LENGTH},
            )
        if len(words) > MAX_WORDS:
            raise ValidationError(_("You can have at most %(most)d words."), params={"most": MAX_WORDS})
        return words

    def choices(self) -> dict[str, Any]:
        """Return the changed preferences by column name."""
        return {name: value for name, value in self.changes().items() if name != HIGHLIGHTS}

    def words(self, stored: list[str]) -> list[str]:
        """Return the highlight words to save: those of the page, merged with changes made elsewhere meanwhile."""
        if not self.is_changed(HIGHLIGHTS):
            return stored
        sent: list[str] = self.cleaned_data[HIGHLIGHTS]
        shown = words_of(self.data.get(self[HIGHLIGHTS].html_initial_name, "\n".join(stored)))
        removed_elsewhere = set(shown) - set(stored)
        added_elsewhere = [word for word in stored if word not in shown and word not in sent]
        return [word for word in sent if word not in removed_elsewhere] + added_elsewhere


def words_of(text: str) -> list[str]:
    """Return the words of a text with one word per line. A comma is part of a word."""
    return list(filter(None, map(str.strip, text.splitlines())))


def words_field(item: Item) -> forms.Field:
    """Return the form field for the highlight words."""
    return forms.CharField(
        required=False,
        label=item.label,
        help_text=item.help,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "spellcheck": "false"}),
    )

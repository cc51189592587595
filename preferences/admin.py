"""What people want, shown on the pages of the rooms and accounts that they want it for."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from preferences.models import AccountPreferences, HighlightWord, IgnoredSender, Level, RoomPreferences
from workspace.admin.base import ReadOnlyInline
from workspace.admin.columns import EMPTY, label
from workspace.admin.contributions import contribute
from workspace.models import Subscription, User

LEVEL_KINDS = {Level.ALL: "success", Level.MENTIONS: "info", Level.NOTHING: "danger"}
CHANNELS = {"desktop": _("desktop"), "push": _("push"), "email": _("e-mail")}


def level(value: str) -> SafeString:
    """Return a level as a label; an empty one leaves it to the level below."""
    return label(Level(value).label, LEVEL_KINDS[Level(value)]) if value else label(_("Default"))


class LevelColumns:
    """The three channels' levels as labels."""

    @admin.display(description=CHANNELS["desktop"])
    def desktop_level(self, row: Any) -> SafeString:
        return level(row.desktop)

    @admin.display(description=CHANNELS["push"])
    def push_level(self, row: Any) -> SafeString:
        return level(row.push)

    @admin.display(description=CHANNELS["email"])
    def email_level(self, row: Any) -> SafeString:
        return level(row.email)


class RoomPreferencesInline(LevelColumns, ReadOnlyInline):
    """What the member chose for the room; their own doing, so it is only shown."""

    model = RoomPreferences
    fk_name = "subscription"
    show_change_link = False
    fields = readonly_fields = (
        "desktop_level",
        "push_level",
        "email_level",
        "notifications_disabled",
        "group_mentions_muted",
    )


class IgnoredSenderInline(ReadOnlyInline):
    """Whom the member ignores in the room."""

    model = IgnoredSender
    show_change_link = False
    fields = readonly_fields = ("sender",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("sender", "subscription__user", "subscription__room")


class AccountPreferencesInline(LevelColumns, ReadOnlyInline):
    """What the person chose for the whole account."""

    model = AccountPreferences
    show_change_link = False
    fields = readonly_fields = (
        "desktop_level",
        "push_level",
        "email_level",
        "always_display_mobile",
        "auto_away",
        "idle_limit",
    )


class HighlightWordInline(ReadOnlyInline):
    """The words that bring the person a notification."""

    model = HighlightWord
    show_change_link = False
    fields = readonly_fields = ("word",)


@admin.display(description=_("own choices"))
def room_choices(subscription: Subscription) -> SafeString | str:
    """Return what the member chose for the room, where they chose anything."""
    chosen: RoomPreferences | None = getattr(subscription, "preferences", None)
    if chosen is None:
        return EMPTY
    shown = [
        label(f"{name}: {Level(value).label}", LEVEL_KINDS[Level(value)])
        for channel, name in CHANNELS.items()
        if (value := getattr(chosen, channel))
    ]
    if chosen.notifications_disabled:
        shown.insert(0, label(_("No alerts"), "danger"))
    if chosen.group_mentions_muted:
        shown.append(label(_("@all muted"), "warning"))
    labels = format_html_join("", "{}", ((item,) for item in shown))
    return format_html('<span class="flex flex-wrap gap-1">{}</span>', labels) if shown else EMPTY


contribute(
    Subscription,
    inlines=[RoomPreferencesInline, IgnoredSenderInline],
    list_display=[room_choices],
    list_select_related=["preferences"],
)
contribute(User, inlines=[AccountPreferencesInline, HighlightWordInline])

"""Read-only views of preferences on the admin pages of accounts and memberships."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from preferences.models import AccountPreferences, HighlightWord, IgnoredSender, Level, QuietHours, RoomPreferences
from workspace.admin.base import ReadOnlyInline
from workspace.admin.columns import EMPTY, label, label_row
from workspace.admin.contributions import contribute
from workspace.models import Subscription, User
from workspace.selectors.accounts import time_zone_of
from workspace.time_zones import time_with_zone

LEVEL_KINDS = {Level.ALL: "success", Level.MENTIONS: "info", Level.NOTHING: "danger"}
CHANNELS = {"desktop": _("desktop"), "push": _("push"), "email": _("e-mail")}


def level(value: str) -> SafeString:
    """Return a level as a label; an empty level is shown as the default."""
    return label(Level(value).label, LEVEL_KINDS[Level(value)]) if value else label(_("Default"))


def choice(value: bool | None) -> SafeString:
    """Return a yes/no value as a label; None is shown as the default."""
    if value is None:
        return label(_("Default"))
    return label(_("Yes"), "success") if value else label(_("No"), "danger")


class LevelColumns:
    """Columns with the levels of the three channels as labels."""

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
    """The member's preferences for the room. Read-only, because they are the member's own choices."""

    model = RoomPreferences
    fk_name = "subscription"
    fields = readonly_fields = (
        "desktop_level",
        "push_level",
        "email_level",
        "notifications_disabled",
        "group_mentions_muted",
        "unread_hidden",
        "mentions_hidden",
    )


class IgnoredSenderInline(ReadOnlyInline):
    """The senders that the member ignores in the room."""

    model = IgnoredSender
    fields = readonly_fields = ("sender",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("sender", "subscription__user", "subscription__room")


class AccountPreferencesInline(LevelColumns, ReadOnlyInline):
    """The user's preferences for the whole account."""

    model = AccountPreferences
    fields = readonly_fields = (
        "desktop_level",
        "push_level",
        "email_level",
        "always_display",
        "goes_away",
        "idle_limit",
        "sign_in_emails",
    )

    @admin.display(description=_("always display mobile notifications"))
    def always_display(self, row: AccountPreferences) -> SafeString:
        return choice(row.always_display_mobile)

    @admin.display(description=_("auto away"))
    def goes_away(self, row: AccountPreferences) -> SafeString:
        return choice(row.auto_away)

    @admin.display(description=_("e-mail on new sign-ins"))
    def sign_in_emails(self, row: AccountPreferences) -> SafeString:
        return choice(row.login_detection_email)


class QuietHoursInline(ReadOnlyInline):
    """The user's quiet hours."""

    model = QuietHours
    fields = readonly_fields = ("choice", "own_hours", "mentions_pass", "paused")

    @admin.display(description=_("own hours"))
    def own_hours(self, row: QuietHours) -> str:
        return f"{row.hours} ({time_zone_of(row.user)})" if row.hours else EMPTY

    @admin.display(description=_("paused until"))
    def paused(self, row: QuietHours) -> str:
        return time_with_zone(row.paused_until) if row.paused_until else EMPTY

    @admin.display(description=_("push direct messages and mentions during quiet hours"))
    def mentions_pass(self, row: QuietHours) -> SafeString:
        return choice(row.lets_mentions_through)


class HighlightWordInline(ReadOnlyInline):
    """The user's highlight words."""

    model = HighlightWord
    fields = readonly_fields = ("word",)


@admin.display(description=_("custom settings"))
def room_choices(subscription: Subscription) -> SafeString | str:
    """Return the member's custom settings for the room as labels."""
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
    return label_row(shown)


contribute(
    Subscription,
    inlines=[RoomPreferencesInline, IgnoredSenderInline],
    list_display=[room_choices],
    list_select_related=["preferences"],
)
contribute(User, inlines=[AccountPreferencesInline, QuietHoursInline, HighlightWordInline])

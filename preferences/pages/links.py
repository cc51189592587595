"""Links and notices that this app adds to the pages of signed-in users."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from preferences.pages.room import room_preferences_path
from preferences.selectors.quiet import paused_until
from preferences.selectors.rooms import counter_choices
from workspace.models import User
from workspace.pages.contributions import Notice, PageLink, Place, RoomLink, pages_contribute
from workspace.server.embedding import embedded_pages_add
from workspace.time_zones import time_with_zone


def pause_notice(user: User) -> Notice | None:
    """Return the notice that the user's pushes are paused; None if they are not."""
    until = paused_until(user)
    if until is None:
        return None
    text = gettext("Pushes are paused until %(until)s") % {"until": time_with_zone(until)}
    return Notice(text=text, icon="pause_circle", url=reverse("quiet-hours"))


pages_contribute(
    links=[
        PageLink(
            title=_("Preferences"),
            icon="tune",
            view="preferences",
            text=_("Choose which notifications you get, how, and when."),
            order=20,
        ),
        PageLink(title=_("Preferences"), icon="tune", view="preferences", place=Place.ACCOUNT, order=20),
        PageLink(title=_("Quiet hours"), icon="bedtime", view="quiet-hours", place=Place.ACCOUNT, order=25),
        PageLink(title=_("Room preferences"), icon="forum", view="room-choices", place=Place.ACCOUNT, order=30),
    ],
    notices=[pause_notice],
    room_links=[RoomLink(title=_("Notification Preferences"), icon="notifications", url=room_preferences_path)],
    counter_choices=counter_choices,
)

embedded_pages_add(
    "preferences",
    "preferences-preview",
    "quiet-hours",
    "quiet-pause",
    "room-choices",
    "room-choices-change",
    "room-preferences",
    "room-preferences-preview",
    "room-ignore",
    "email-preferences",
)

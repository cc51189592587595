"""What preferences add to the pages of every signed-in user."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from preferences.pages.room import room_preferences_path
from preferences.selectors.rooms import counter_choices
from workspace.pages.contributions import PageLink, Place, RoomLink, pages_contribute

pages_contribute(
    links=[
        PageLink(
            title=_("Preferences"),
            icon="tune",
            view="preferences",
            text=_("Choose what you are notified of, how, and when."),
            order=20,
        ),
        PageLink(title=_("Preferences"), icon="tune", view="preferences", place=Place.ACCOUNT, order=20),
        PageLink(title=_("Quiet hours"), icon="bedtime", view="quiet-hours", place=Place.ACCOUNT, order=25),
        PageLink(title=_("Room preferences"), icon="forum", view="room-choices", place=Place.ACCOUNT, order=30),
    ],
    room_links=[RoomLink(title=_("Notification Preferences"), icon="notifications", url=room_preferences_path)],
    counter_choices=counter_choices,
)

"""URLs of the pages for preferences."""

from django.urls import path

from preferences.pages.account import email_preferences, preferences, preferences_preview
from preferences.pages.email import unsubscribe
from preferences.pages.quiet import pause, quiet_hours
from preferences.pages.room import room_ignore, room_preferences, room_preferences_preview
from preferences.pages.room_choices import room_choices, room_choices_change

urlpatterns = [
    path("account/preferences/", preferences, name="preferences"),
    path("account/preferences/preview/", preferences_preview, name="preferences-preview"),
    path("account/quiet-hours/", quiet_hours, name="quiet-hours"),
    path("account/quiet-hours/pause/", pause, name="quiet-pause"),
    path("account/rooms/", room_choices, name="room-choices"),
    path("account/rooms/change/", room_choices_change, name="room-choices-change"),
    path("rooms/<str:public_id>/preferences/", room_preferences, name="room-preferences"),
    path("rooms/<str:public_id>/preferences/preview/", room_preferences_preview, name="room-preferences-preview"),
    path("rooms/<str:public_id>/ignored/", room_ignore, name="room-ignore"),
    path("preferences/email/", email_preferences, name="email-preferences"),
    path("unsubscribe/<str:token>/", unsubscribe, name="unsubscribe"),
]

"""The ways from the administration's pages to the explanation of a notification."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from push.admin.decisions import DecisionAdmin
from push.explain.access import EXPLAIN_PERMISSION
from push.models import Decision, Device, Notification
from workspace.admin.base import ReadOnlyInline
from workspace.admin.contributions import PageLink, contribute
from workspace.models import Message, Room, User
from workspace.roles import Role

TITLE = _("Why, or why not?")
ICON = "help"


class DecisionInline(ReadOnlyInline):
    """How many members a message was to be sent to, and how many not, by the reason."""

    model = Decision
    fields = readonly_fields = ("event", "counts_told", "decided_at")
    verbose_name_plural = _("Who was notified, and who was not")
    counts_told = DecisionAdmin.counts_told


def address(**known: str) -> str:
    """Return the address of the page for what is known: `message`, `user`, `channel` or `room`."""
    return f"{reverse('explain')}?{urlencode({name: value for name, value in known.items() if value})}"


def known_of(model: type[Model], object_id: str, **fields: str) -> dict[str, str]:
    """Return what the page is told of a row, by name; nothing for an id that no row has."""
    rows = model._default_manager.filter(pk=object_id) if object_id.isdecimal() else model._default_manager.none()
    values = rows.values_list(*fields.values()).first() or ()
    return dict(zip(fields, values, strict=False))


def of_message(object_id: str) -> str:
    return address(**known_of(Message, object_id, message="public_id"))


def of_user(object_id: str) -> str:
    return address(**known_of(User, object_id, user="username"))


def of_room(object_id: str) -> str:
    return address(**known_of(Room, object_id, room="public_id"))


def of_device(object_id: str) -> str:
    return address(**known_of(Device, object_id, user="user__username"), channel="push")


def of_notification(object_id: str) -> str:
    fields = {"message": "message__public_id", "user": "user__username", "channel": "channel"}
    return address(**known_of(Notification, object_id, **fields))


for model, found in (
    (Message, of_message),
    (User, of_user),
    (Room, of_room),
    (Device, of_device),
    (Notification, of_notification),
):
    contribute(model, links=[PageLink(TITLE, ICON, found, EXPLAIN_PERMISSION, Role.WORKSPACE)])

contribute(Message, inlines=[DecisionInline])

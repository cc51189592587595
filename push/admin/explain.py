"""Links from admin pages to the explanation of a notification."""

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

TITLE = _("Explain notifications")
ICON = "help"


class DecisionInline(ReadOnlyInline):
    """How many members are notified of a message and how many are not, by reason."""

    model = Decision
    fields = readonly_fields = ("event", "counts_by_reason", "decided_at")
    verbose_name_plural = _("Who was notified, and who was not")
    counts_by_reason = DecisionAdmin.counts_by_reason


def explanation_url(**query: str) -> str:
    """Return the URL of the explanation page for a `message`, `user`, `channel` or `room`."""
    return f"{reverse('explain')}?{urlencode({name: value for name, value in query.items() if value})}"


def query_for(model: type[Model], object_id: str, **fields: str) -> dict[str, str]:
    """Return the row's values as query parameters, or nothing if there is no row with this id."""
    rows = model._default_manager.filter(pk=object_id) if object_id.isdecimal() else model._default_manager.none()
    values = rows.values_list(*fields.values()).first() or ()
    return dict(zip(fields, values, strict=False))


def message_url(object_id: str) -> str:
    return explanation_url(**query_for(Message, object_id, message="public_id"))


def user_url(object_id: str) -> str:
    return explanation_url(**query_for(User, object_id, user="username"))


def room_url(object_id: str) -> str:
    return explanation_url(**query_for(Room, object_id, room="public_id"))


def device_url(object_id: str) -> str:
    return explanation_url(**query_for(Device, object_id, user="user__username"), channel="push")


def notification_url(object_id: str) -> str:
    fields = {"message": "message__public_id", "user": "user__username", "channel": "channel"}
    return explanation_url(**query_for(Notification, object_id, **fields))


for model, url in (
    (Message, message_url),
    (User, user_url),
    (Room, room_url),
    (Device, device_url),
    (Notification, notification_url),
):
    contribute(model, links=[PageLink(TITLE, ICON, url, EXPLAIN_PERMISSION, Role.WORKSPACE)])

contribute(Message, inlines=[DecisionInline])

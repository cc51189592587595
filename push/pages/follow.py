"""The page of the administration that follows one notification through all its steps."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from push.explain.access import EXPLAIN_PERMISSION
from push.explain.following import (
    MAX_NOTIFICATIONS,
    Found,
    IdKind,
    decision_about,
    follow,
    notifications_of,
)
from push.explain.timeline import message_timeline, notification_timeline
from push.models import Notification
from workspace.models import Message
from workspace.selectors.accounts import user_by_username

ID_MAX_LENGTH = 100


def follow_admin(request: HttpRequest) -> HttpResponse:
    """Show administrators with the permission the way of a notification. Requires sign-in."""
    return admin.site.admin_view(_follow_admin)(request)


@require_GET
def _follow_admin(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(EXPLAIN_PERMISSION):
        raise PermissionDenied
    text = request.GET.get("id", "").strip()[:ID_MAX_LENGTH]
    kind = request.GET.get("kind", "")
    kind = kind if kind in IdKind.values else IdKind.ANY
    name = request.GET.get("user", "").strip().removeprefix("@")[:ID_MAX_LENGTH]
    found = follow(text, kind) if text else Found()
    context: dict[str, Any] = {"text": text, "kind": kind, "kinds": IdKind, "name": name, "found": found}
    if len(found.notifications) == 1 and not found.messages:
        context |= notification_context(found.notifications[0])
    elif len(found.messages) == 1 and not found.notifications:
        context |= message_context(found.messages[0], name)
    request.current_app = admin.site.name
    whole = {**admin.site.each_context(request), "title": gettext_lazy("Follow a notification"), **context}
    return render(request, "push/explain/follow.html", whole)


def notification_context(notification: Notification) -> dict[str, Any]:
    """Return the template context for the way of one notification."""
    query = {"message": notification.message.public_id, "user": notification.user.username}
    return {
        "notification": notification,
        "message": notification.message,
        "steps": notification_timeline(notification, decision_about(notification.message)),
        "explain_url": f"{reverse('explain')}?{urlencode({**query, 'channel': notification.channel})}",
    }


def message_context(message: Message, name: str) -> dict[str, Any]:
    """Return the template context for a message and its notifications, of all users or of the one with this name."""
    user = user_by_username(name) if name else None
    rows = [] if name and user is None else notifications_of(message, user=user)
    return {
        "message": message,
        "steps": message_timeline(message, decision_about(message)),
        "notifications": rows[:MAX_NOTIFICATIONS],
        "has_more": len(rows) > MAX_NOTIFICATIONS,
        "explain_url": f"{reverse('explain')}?{urlencode({'message': message.public_id})}",
    }

"""Links from admin pages to the page that follows a notification."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from push.admin.explain import query_for
from push.explain.access import EXPLAIN_PERMISSION
from push.explain.following import IdKind
from push.models import Attempt, Notification
from workspace.admin.contributions import PageLink, contribute
from workspace.models import Message
from workspace.roles import Role

TITLE = _("Follow a notification")
ICON = "steps"


def follow_url(kind: IdKind, text: str) -> str:
    """Return the URL of the page about an id."""
    return f"{reverse('follow')}?{urlencode({'kind': kind.value, 'id': text})}"


def message_url(object_id: str) -> str:
    return follow_url(IdKind.MESSAGE, query_for(Message, object_id, id="public_id").get("id", ""))


def notification_url(object_id: str) -> str:
    return follow_url(IdKind.NOTIFICATION, object_id)


def attempt_url(object_id: str) -> str:
    return follow_url(IdKind.ATTEMPT, object_id)


for model, url in ((Message, message_url), (Notification, notification_url), (Attempt, attempt_url)):
    contribute(model, links=[PageLink(TITLE, ICON, url, EXPLAIN_PERMISSION, Role.WORKSPACE)])

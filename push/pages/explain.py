"""Pages that explain why a user was or was not notified: one for administrators, one for each user."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from push.explain.access import EXPLAIN_PERMISSION, explainable_message
from push.explain.explanations import explanation_of
from push.explain.search import own_messages, search_messages, search_users
from push.explain.structure import Explanation
from push.models import Channel
from push.pages.what_if import WhatIfForm
from workspace.admin.messages import may_read_text, reader_of
from workspace.errors import ApplicationError
from workspace.models import Message, TextPlace, User
from workspace.pages.layout import page_context
from workspace.selectors.accounts import user_by_username
from workspace.selectors.rooms import can_read
from workspace.services.text_views import messages_viewed

WORDS_MAX_LENGTH = 100


def explain_admin(request: HttpRequest) -> HttpResponse:
    """Show administrators with the permission the explanation for any user and message. Requires sign-in."""
    return admin.site.admin_view(_explain_admin)(request)


@require_GET
def _explain_admin(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(EXPLAIN_PERMISSION):
        raise PermissionDenied
    words = {name: request.GET.get(name, "").strip()[:WORDS_MAX_LENGTH] for name in ("message", "user", "room")}
    message = Message.objects.select_related("room", "sender").filter(public_id=words["message"]).first()
    name = words["user"].removeprefix("@")
    user = user_by_username(name) if name else None
    context: dict[str, Any] = {"words": words, "message": message, "subject": user, "may_read": may_read_text(request)}
    if message is None:
        context["message_results"] = search_messages(words["message"], room=words["room"], in_text=context["may_read"])
    if context["may_read"]:
        shown = [message] if message else context["message_results"]
        messages_viewed(reader=reader_of(request), messages=shown, place=TextPlace.EXPLANATION)
    if user is None and (message is not None or words["user"]):
        context["user_results"] = search_users(name, room=message.room if message else None)
    if message is not None and user is not None:
        context |= explanation_context(request, message, user, may_ask=True)
    request.current_app = admin.site.name
    whole = {**admin.site.each_context(request), "title": gettext_lazy("Explain notifications"), **context}
    return render(request, "push/explain/admin.html", whole)


@require_GET
@login_required
def explain_own(request: HttpRequest) -> HttpResponse:
    """Let users pick a message from their rooms and show why they were or were not notified of it."""
    assert isinstance(request.user, User)
    context = {
        **page_context(request, title=_("Why didn't I get this?")),
        "message_results": own_messages(request.user),
        "message": None,
    }
    public_id = request.GET.get("message", "").strip()[:WORDS_MAX_LENGTH]
    if public_id:
        try:
            context["message"] = message = explainable_message(asker=request.user, public_id=public_id)
        except ApplicationError as error:
            raise Http404 from error
        # The permission to explain every message does not include the permission to read it.
        is_reader = can_read(user=request.user, room=message.room)
        context["may_read"] = is_reader or may_read_text(request)
        if context["may_read"] and not is_reader:
            messages_viewed(reader=request.user, messages=[message], place=TextPlace.EXPLANATION)
        context |= explanation_context(request, message, request.user, may_ask=False)
    return TemplateResponse(request, "push/explain/own.html", context)


def explanation_context(request: HttpRequest, message: Message, user: User, *, may_ask: bool) -> dict[str, Any]:
    """Return the template context for the chart; `may_ask` allows "what if" questions."""
    channel = requested_channel(request)
    form = WhatIfForm(request.GET, channel=channel) if may_ask else None
    changes = form.changes() if form else {}
    explanation = explanation_of(message=message, user=user, changes=changes, to_self=not may_ask)
    current = next(candidate for candidate in explanation.channels if candidate.channel == channel)
    return {
        "explanation": explanation,
        "current": current,
        "history": explanation.combined_history(current),
        "tabs": tabs(request, explanation, user, may_ask=may_ask),
        "form": form,
        "changes": changes,
        "channel": channel,
        "here": f"{request.path}?{urlencode(chart_query(message, user, channel, may_ask=may_ask))}",
    }


def requested_channel(request: HttpRequest) -> Channel:
    """Return the channel whose chart is shown: push, unless the query names another."""
    requested = request.GET.get("channel", "")
    return Channel(requested) if requested in Channel.values else Channel.PUSH


def tabs(request: HttpRequest, explanation: Explanation, user: User, *, may_ask: bool) -> list[dict[str, Any]]:
    """Return the tabs: each channel with its explanation and the URL of its chart."""
    return [
        {
            "channel": channel,
            "is_current": channel.channel == requested_channel(request),
            "url": f"?{urlencode(chart_query(explanation.message, user, channel.channel, may_ask=may_ask))}",
        }
        for channel in explanation.channels
    ]


def chart_query(message: Message, user: User, channel: Channel, *, may_ask: bool) -> dict[str, str]:
    """Return the query parameters of one chart's URL."""
    named = {"user": user.username} if may_ask else {}
    return {"message": message.public_id, **named, "channel": channel.value}

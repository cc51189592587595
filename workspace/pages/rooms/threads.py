"""The page of a thread: its first message, its replies, and following it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from workspace.models import Message, ThreadFollower, User
from workspace.pages.contributions import contributions
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of
from workspace.pages.rooms.access import message_or_404, thread_path
from workspace.pages.rooms.grouping import lines_of
from workspace.pages.rooms.marks import marks_context
from workspace.pages.rooms.polling import poll_context
from workspace.selectors.messages import deleted_message
from workspace.selectors.room_messages import (
    MessagePage,
    message_even_if_deleted,
    page_after_or_last,
    page_around,
    page_before,
    replies_shown,
)
from workspace.selectors.rooms import room_title_for, subscription_of
from workspace.services.messages import MESSAGE_MAX_LENGTH, can_post
from workspace.services.threads import thread_follow, thread_mark_read, thread_unfollow


@login_required
@require_GET
def thread(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a thread in a room that the user may read."""
    user = reader_of(request)
    message = message_or_404(user, public_id)
    if message.parent is not None:
        return HttpResponseRedirect(f"{thread_path(message)}?msg={message.public_id}")
    return thread_response(request, user, message)


def thread_response(
    request: HttpRequest, user: User, message: Message, *, text: str = "", problem: str = ""
) -> HttpResponse:
    """Return the page of a thread. `text` is the content of the composer, `problem` its error."""
    room, shown = message.room, replies_shown(message)
    linked = shown.filter(public_id=request.GET.get("msg", "")).first()
    until = shown.filter(public_id=request.GET.get("before", "")).first()
    page = page_around(shown, linked) if linked else page_before(shown, until=until)
    context = {
        **page_context(request, title=_("Thread"), room=room.public_id),
        **poll_context(request, room, subscription_of(user=user, room=room)),
        **replies_context(user, message, page),
        "lines": lines_of(page.messages, apart=[linked.pk if linked else None]),
        "room_title": room_title_for(room=room, user=user),
        "linked": linked,
        "text_max_length": MESSAGE_MAX_LENGTH,
        "text": text,
        "problem": problem,
    }
    return TemplateResponse(request, "pages/rooms/thread.html", context)


def replies_context(user: User, message: Message, page: MessagePage) -> dict[str, Any]:
    """Return the context for rendering replies."""
    room = message.room
    subscription = subscription_of(user=user, room=room)
    return {
        "room": room,
        "here": thread_path(message),
        "thread": message,
        "page": page,
        "newer_url": reverse("replies-newer", args=[message.public_id]),
        "is_followed": ThreadFollower.objects.filter(thread=message, user=user).exists(),
        "may_post": subscription is not None and can_post(subscription=subscription, room=room, sender=user),
        "message_links": contributions.message_links,
        **marks_context(user, room, subscription, [message, *page.messages]),
    }


@login_required
@require_GET
def replies_newer(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the replies after the reply `after`, and the changes since `since`; 204 if there are none.

    If the thread was deleted, 204 with an event like the one that the page's stream would send.
    """
    user = reader_of(request)
    if deleted := deleted_message(user=user, public_id=public_id):
        change = {"kind": "deleted", "room": deleted.room.public_id, "message": public_id}
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"callboard:change": change})})
    message = message_or_404(user, public_id)
    last_shown = message_even_if_deleted(message.room, request.GET.get("after", ""))
    page = page_after_or_last(replies_shown(message), last_shown)
    poll = poll_context(request, message.room, subscription_of(user=user, room=message.room))
    if not page.messages and not poll["changed"]:
        return HttpResponse(status=204)
    lines = lines_of(page.messages, previous=last_shown)
    context = {**replies_context(user, message, page), **poll, "lines": lines}
    return TemplateResponse(request, "pages/rooms/newer.html", context)


@login_required
@require_POST
def thread_seen(request: HttpRequest, public_id: str) -> HttpResponse:
    """Record that the user has read the thread's replies up to now."""
    user = reader_of(request)
    if deleted_message(user=user, public_id=public_id):
        return HttpResponse(status=204)
    message = message_or_404(user, public_id)
    thread_mark_read(user=user, thread=message.parent or message)
    return HttpResponse(status=204)


@login_required
@require_POST
def thread_following(request: HttpRequest, public_id: str) -> HttpResponse:
    """Follow a thread, or stop following it."""
    user = reader_of(request)
    message = message_or_404(user, public_id)
    if "stop" in request.POST:
        thread_unfollow(user=user, public_id=public_id)
        messages.success(request, _("You will no longer be notified of new replies in this thread."))
    else:
        thread_follow(user=user, public_id=public_id)
        messages.success(request, _("You will be notified of new replies in this thread."))
    return HttpResponseRedirect(thread_path(message))

"""The page of a room: its messages, and the composer."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from workspace.addresses import room_path
from workspace.models import Message, Room, Subscription, User
from workspace.pages.contributions import contributions
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of
from workspace.pages.rooms.access import message_or_404, room_from_url, room_or_404, thread_path
from workspace.pages.rooms.grouping import lines_of
from workspace.pages.rooms.marks import marks_context
from workspace.pages.rooms.polling import poll_context
from workspace.pages.rooms.threads import replies_context
from workspace.selectors.messages import deleted_message
from workspace.selectors.room_messages import (
    MessagePage,
    followed_thread_keys,
    message_even_if_deleted,
    messages_shown,
    page_after_or_last,
    page_around,
    page_before,
    unread_thread_keys,
)
from workspace.selectors.rooms import can_leave, needs_join_code, room_title_for, subscription_of
from workspace.services.messages import MESSAGE_MAX_LENGTH, can_post
from workspace.services.reading import room_mark_read


@login_required
@require_GET
def room_page(request: HttpRequest, type: str, name: str) -> HttpResponse:
    """Show a room that the user may read, by name or id; `msg` is the id of a message to highlight."""
    user = reader_of(request)
    room = room_from_url(user, type=type, name=name)
    linked = message_by_id(room, request.GET.get("msg", ""))
    if linked is not None and linked.is_thread_reply:
        return HttpResponseRedirect(f"{thread_path(linked)}?msg={linked.public_id}")
    return room_response(request, user, room, linked=linked)


def room_response(
    request: HttpRequest, user: User, room: Room, *, linked: Message | None = None, text: str = "", problem: str = ""
) -> HttpResponse:
    """Return the page of a room. `text` is the content of the composer, `problem` its error."""
    shown = messages_shown(room)
    until = message_by_id(room, request.GET.get("before", ""))
    if linked is not None and linked in shown.filter(pk=linked.pk):
        page = page_around(shown, linked)
    else:
        linked, page = None, page_before(shown, until=until)
    subscription = subscription_of(user=user, room=room)
    marker = marker_key(page, subscription, user)
    context = {
        **page_context(request, title=room_title_for(room=room, user=user), room=room.public_id),
        **messages_context(user, room, subscription, page),
        **poll_context(request, room, subscription),
        "is_last_page": not page.has_newer,
        "linked": linked,
        "marker": marker,
        "lines": lines_of(page.messages, apart=[marker, linked.pk if linked else None]),
        "text": text,
        "problem": problem,
        "needs_join_code": needs_join_code(user=user, room=room),
        "may_leave": can_leave(user=user, room=room),
        "room_links": [(link, link.url(subscription)) for link in contributions.room_links] if subscription else [],
    }
    return TemplateResponse(request, "pages/rooms/room.html", context)


def messages_context(user: User, room: Room, subscription: Subscription | None, page: MessagePage) -> dict[str, Any]:
    """Return the context for rendering messages."""
    return {
        "room": room,
        "here": room_path(room),
        "subscription": subscription,
        "page": page,
        "newer_url": reverse("messages-newer", args=[room.public_id]),
        "followed": followed_thread_keys(page.messages, user=user),
        "unread_threads": unread_thread_keys(page.messages, user=user),
        "may_post": subscription is not None and can_post(subscription=subscription, room=room, sender=user),
        "message_links": contributions.message_links,
        "text_max_length": MESSAGE_MAX_LENGTH,
        **marks_context(user, room, subscription, page.messages),
    }


def marker_key(page: MessagePage, subscription: Subscription | None, user: User) -> int | None:
    """Return the key of the first unseen message, above which the marker is shown."""
    if subscription is None:
        return None
    seen = subscription.last_seen_at or subscription.joined_at
    unseen = (message for message in page.messages if message.accepted_at > seen and message.sender_id != user.pk)
    return next((message.pk for message in unseen), None)


def message_by_id(room: Room, public_id: str) -> Message | None:
    """Return the room's message with this id; None if there is none."""
    messages = Message.objects.filter(room=room, public_id=public_id, deleted_at=None)
    return messages.select_related("sender", "room", "parent").first() if public_id else None


@login_required
@require_GET
def messages_newer(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the messages after the message `after`, and the changes since `since`; 204 if there are none."""
    user = reader_of(request)
    room = room_or_404(user, public_id=public_id)
    last_shown = message_even_if_deleted(room, request.GET.get("after", ""))
    page = page_after_or_last(messages_shown(room), last_shown)
    subscription = subscription_of(user=user, room=room)
    poll = poll_context(request, room, subscription)
    if not page.messages and not poll["changed"]:
        return HttpResponse(status=204)
    lines = lines_of(page.messages, previous=last_shown)
    context = {**messages_context(user, room, subscription, page), **poll, "lines": lines}
    return TemplateResponse(request, "pages/rooms/newer.html", context)


@login_required
@require_GET
def message_shown(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the current HTML of a message, for an open page of its room or, with `thread`, of its thread.

    204 if it was deleted.
    """
    user = reader_of(request)
    if deleted_message(user=user, public_id=public_id):
        return HttpResponse(status=204)
    message = message_or_404(user, public_id)
    page = MessagePage([message], has_older=True, has_newer=True)
    if "thread" in request.GET:
        context = replies_context(user, message.parent or message, page)
    else:
        context = messages_context(user, message.room, subscription_of(user=user, room=message.room), page)
    return TemplateResponse(request, "pages/rooms/shown.html", {**context, "message": message})


@login_required
@require_POST
def room_read(request: HttpRequest, public_id: str) -> HttpResponse:
    """Record that the user has read the room up to now."""
    user = reader_of(request)
    room = room_or_404(user, public_id=public_id)
    room_mark_read(user=user, room=room)
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return HttpResponseRedirect(room_path(room))

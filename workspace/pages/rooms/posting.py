"""Posting, editing and deleting messages."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from workspace.addresses import room_path
from workspace.errors import ApplicationError
from workspace.models import Message, User
from workspace.models.messages import ENCRYPTED
from workspace.pages.form_data import posted_text
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of
from workspace.pages.rooms.access import error_text, message_or_404, message_url, room_or_404, thread_path
from workspace.pages.rooms.page import room_response
from workspace.pages.rooms.threads import thread_response
from workspace.services.messages import MESSAGE_MAX_LENGTH, message_delete, message_edit, message_post
from workspace.services.reading import room_mark_read
from workspace.services.threads import thread_mark_read

POSTED = "callboard:message"


@login_required
@require_POST
def message_send(request: HttpRequest, public_id: str) -> HttpResponse:
    """Post the content of the composer; if that fails, keep the text and show the error."""
    user = reader_of(request)
    room = room_or_404(user, public_id=public_id)
    text, thread = posted_text(request, "text"), posted_text(request, "thread")
    parent = message_or_404(user, thread) if thread else None
    try:
        if not text:
            raise ApplicationError("error-invalid-params", _("Enter a message first."))
        is_shown = "in_room" in request.POST
        message = message_post(sender=user, room=room, text=text, parent=parent, is_shown_in_room=is_shown)
    except ApplicationError as error:
        problem = error_text(error)
        if request.htmx:  # type: ignore[attr-defined]
            return TemplateResponse(request, "pages/rooms/problem.html", {"problem": problem}, status=200)
        if parent is not None:
            return thread_response(request, user, parent, text=text, problem=problem)
        return room_response(request, user, room, text=text, problem=problem)
    if parent is None:
        room_mark_read(user=user, room=room)
    else:
        thread_mark_read(user=user, thread=parent.parent or parent)
    if request.htmx:  # type: ignore[attr-defined]
        return TemplateResponse(request, "pages/rooms/problem.html", {}, headers={"HX-Trigger": POSTED})
    return HttpResponseRedirect(thread_path(message) if message.is_thread_reply else room_path(room))


def own_message_or_404(user: User, public_id: str) -> Message:
    """Return a message by the user; raises Http404 for any other."""
    message = message_or_404(user, public_id)
    if message.sender_id != user.pk:
        raise Http404
    return message


@login_required
@require_http_methods(["GET", "POST"])
def message_change(request: HttpRequest, public_id: str) -> HttpResponse:
    """Edit one of the user's messages; nobody is notified again.

    Encrypted messages can only be edited by the app that has the key.
    """
    user = reader_of(request)
    message = own_message_or_404(user, public_id)
    if message.type == ENCRYPTED:
        raise Http404
    problem, text = "", message.text
    if request.method == "POST":
        text = posted_text(request, "text")
        try:
            if not text:
                raise ApplicationError("error-invalid-params", _("Enter a text, or delete the message."))
            message_edit(editor=user, message=message, text=text)
        except ApplicationError as error:
            problem = error_text(error)
        else:
            return HttpResponseRedirect(message_url(message))
    context = {
        **page_context(request, title=_("Edit the message"), room=message.room.public_id),
        "text": text,
        "problem": problem,
        "place": message_url(message),
        "text_max_length": MESSAGE_MAX_LENGTH,
    }
    return TemplateResponse(request, "pages/rooms/edit.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def message_remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Delete one of the user's messages after confirmation."""
    user = reader_of(request)
    message = own_message_or_404(user, public_id)
    if request.method == "POST":
        message_delete(deleter=user, message=message)
        messages.success(request, _("The message was deleted."))
        is_reply = message.is_thread_reply
        return HttpResponseRedirect(thread_path(message) if is_reply else room_path(message.room))
    context = {
        **page_context(request, title=_("Delete the message?"), room=message.room.public_id),
        "message_deleted": message,
        "place": message_url(message),
    }
    return TemplateResponse(request, "pages/rooms/delete.html", context)

"""A room's page, to which links in notifications lead: what was said in it last."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from workspace.errors import ApplicationError
from workspace.models import Message, Room, User
from workspace.pages.look import page_context
from workspace.selectors.rooms import room_messages_last, room_readable_by, room_title_for


@login_required
def room_page(request: HttpRequest, type: str, name: str) -> HttpResponse:
    """Show a room that the user may read, by its name or id, with the message that `msg` names marked."""
    user = request.user
    assert isinstance(user, User)
    room = room_of_address(user=user, type=type, name=name)
    linked = Message.objects.filter(room=room, public_id=request.GET.get("msg", "").replace("\0", ""), deleted_at=None)
    context = {
        **page_context(request, title=room_title_for(room=room, user=user)),
        "linked": linked.select_related("sender").first(),
        "said": room_messages_last(room=room),
    }
    return TemplateResponse(request, "pages/room.html", context)


def room_of_address(*, user: User, type: str, name: str) -> Room:
    """Return the room with this id, else the one with this name; raises Http404 for any that the user may not read."""
    if "\0" in name:
        # No database takes it, and no name holds it.
        raise Http404
    for given in ({"public_id": name}, {"name": name}):
        try:
            room = room_readable_by(user=user, **given)
        except ApplicationError:
            continue
        if room.type == type:
            return room
    raise Http404

"""Completion of names: members and groups in the composer, usernames in forms."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from workspace.models import User
from workspace.pages.reader import reader_of
from workspace.pages.rooms.access import room_or_404
from workspace.selectors.room_list import accounts_matching, members_matching

NAME_MAX_LENGTH = 64
LIST_PERMISSION = "workspace.view_d_room"


@login_required
@require_GET
def people_completed(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the members of a room whose names begin with `q`, as options of a listbox."""
    user = reader_of(request)
    room = room_or_404(user, public_id=public_id)
    words = request.GET.get("q", "")[:NAME_MAX_LENGTH]
    people = [(person.username, person.name) for person in members_matching(room, words)]
    options = [*people, *(option for option in groups_of(user) if option[0].startswith(words.lower()))]
    return TemplateResponse(request, "pages/rooms/people.html", {"options": options})


@login_required
@require_GET
def names_completed(request: HttpRequest) -> HttpResponse:
    """Return active accounts whose username or name begins with `q`; with `room`, only members of that room.

    Without a room, the result is empty unless the user may list people, as in the API.
    """
    user = reader_of(request)
    words = request.GET.get("q", "").strip()[:NAME_MAX_LENGTH]
    public_id = request.GET.get("room", "")
    if public_id:
        people = members_matching(room_or_404(user, public_id=public_id), words)
    else:
        people = accounts_matching(words if user.has_perm(LIST_PERMISSION) else "")
    return JsonResponse({"people": [{"username": person.username, "name": person.display_name} for person in people]})


def groups_of(user: User) -> list[tuple[str, str]]:
    """Return the groups that the user may mention, with a description."""
    groups = []
    if user.has_perm("workspace.mention_all"):
        groups.append(("all", _("Everyone in this room")))
    if user.has_perm("workspace.mention_here"):
        groups.append(("here", _("Everyone who is online")))
    return groups

"""Completing `@names` in the composer: people of the room, and the groups that the writer may call."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from workspace.models import User
from workspace.pages.reader import reader_of
from workspace.pages.rooms.reached import room_or_404
from workspace.selectors.room_list import members_named

NAME_MAX_LENGTH = 64


@login_required
@require_GET
def people_completed(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the members of a room whose names begin with `q` as options of a listbox."""
    user = reader_of(request)
    room = room_or_404(user, public_id=public_id)
    words = request.GET.get("q", "")[:NAME_MAX_LENGTH]
    people = [(person.username, person.name) for person in members_named(room, words)]
    options = [*people, *(option for option in groups_of(user) if option[0].startswith(words.lower()))]
    return TemplateResponse(request, "pages/rooms/people.html", {"options": options})


def groups_of(user: User) -> list[tuple[str, str]]:
    """Return the groups that the user may call, with what that does."""
    groups = []
    if user.has_perm("workspace.mention_all"):
        groups.append(("all", _("Everybody in this room")))
    if user.has_perm("workspace.mention_here"):
        groups.append(("here", _("Everybody who is online")))
    return groups

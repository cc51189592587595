"""Avatars of users and rooms, and the icon of the site, at the URLs that clients know."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from workspace.models import Avatar, Room, RoomType, User
from workspace.pages.avatar_images import DEFAULT_SIZE, NEUTRAL, avatar_png, avatar_svg, ico_of
from workspace.selectors.rooms import can_read

# Seconds. Clients add the etag of a picture to its address, so that they notice a new one at once.
AVATAR_MAX_AGE, ICON_MAX_AGE = 3600, 86_400
MAX_SIZE = 1024
ICON, ICON_SIZE = "workspace/icon-192.png", 192


@require_safe
def avatar_by_username(request: HttpRequest, username: str) -> HttpResponse:
    """Respond with the picture of the user, or the initial of the name. An unknown name has one, too."""
    name = username.removeprefix("@")
    return avatar_of_user(request, Avatar.objects.filter(user__username__lower=name.lower()), name)


@require_safe
def avatar_by_user_id(request: HttpRequest, public_id: str) -> HttpResponse:
    """Respond with the avatar of a user; 404 for an unknown id."""
    username = User.objects.filter(public_id=public_id).values_list("username", flat=True).first()
    if username is None:
        raise Http404
    return avatar_of_user(request, Avatar.objects.filter(user__public_id=public_id), username)


def avatar_of_user(request: HttpRequest, pictures: QuerySet[Avatar], name: str) -> HttpResponse:
    """Respond with a picture as it was uploaded, in any size and format that was requested; else with the initial."""
    picture = pictures.first()
    if picture is None:
        return avatar(request, name, f"public, max-age={AVATAR_MAX_AGE}")
    return image_response(request, bytes(picture.content), picture.content_type, f"public, max-age={AVATAR_MAX_AGE}")


@require_safe
def avatar_of_room(request: HttpRequest, public_id: str) -> HttpResponse:
    """Respond with the avatar of a room.

    Only channels show their letter to everyone. Other rooms show it to users who may read them; for anyone else they
    look like a room that does not exist.
    """
    room = Room.objects.filter(public_id=public_id).first()
    is_shown = room is not None and (room.type == RoomType.CHANNEL or _may_read(request, room))
    name = room.name or "@" if room is not None and is_shown else NEUTRAL
    return avatar(request, name, f"private, max-age={AVATAR_MAX_AGE}")


def _may_read(request: HttpRequest, room: Room) -> bool:
    return isinstance(request.user, User) and can_read(user=request.user, room=room)


def avatar(request: HttpRequest, name: str, cache_control: str) -> HttpResponse:
    """Respond with the avatar for a name: SVG, or PNG with `format=png` (and `size` in pixels)."""
    raw = request.GET.get("size", "")
    size = min(max(int(raw), 1), MAX_SIZE) if raw.isascii() and raw.isdigit() and len(raw) < 6 else DEFAULT_SIZE
    if request.GET.get("format") == "png":
        return image_response(request, avatar_png(name, size), "image/png", cache_control)
    return image_response(request, avatar_svg(name, size), "image/svg+xml", cache_control)


def image_response(request: HttpRequest, content: bytes, content_type: str, cache_control: str) -> HttpResponse:
    """Respond with an image, or 304 if the client has it already."""
    etag = quote_etag(hashlib.sha256(content).hexdigest()[:16])
    response = HttpResponse(content, content_type=content_type)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = cache_control
    conditional = get_conditional_response(request, etag=etag, response=response)
    assert isinstance(conditional, HttpResponse)
    return conditional


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Respond with the site's icon, for clients that request the traditional URL."""
    return image_response(request, _favicon(), "image/x-icon", f"public, max-age={ICON_MAX_AGE}")


@cache
def _favicon() -> bytes:
    path = finders.find(ICON) or staticfiles_storage.path(ICON)
    return ico_of(Path(path).read_bytes(), ICON_SIZE)

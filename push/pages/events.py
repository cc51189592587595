"""The stream of events to an open page."""

from __future__ import annotations

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils import timezone
from django.views.decorators.http import require_GET

from push.selectors.desktop import counters_of, events_missed, events_told, newest_event
from push.services.desktop import streams_hold
from push.streams.events import beginning, event
from push.streams.hub import Stream, hub_here, in_database
from push.streams.site import OPENED
from workspace.models import User
from workspace.pages.posted import key_read

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
CONTENT_TYPE = "text/event-stream"
SAME_SITE = ("same-origin", "none")
# Stands for the process where the server cannot hold a stream, and the page comes back again and again.
LOOKING = "looking"


@require_GET
async def events(request: HttpRequest) -> HttpResponse:
    """Stream to the signed-in user's page what is to be shown, and what is unread.

    `Last-Event-ID`, or `after` in the query, names the last event that the browser received; what it missed since
    then, as far as it is kept, is sent first. A server that cannot stream answers with what there is, and the page
    comes back for more.
    """
    user = await request.auser()
    if not isinstance(user, User) or request.headers.get("Sec-Fetch-Site", "none") not in SAME_SITE:
        return HttpResponseForbidden()
    after = key_read(request.headers.get("Last-Event-ID") or request.GET.get("after", ""))
    opened = getattr(request, "scope", {}).get(OPENED)
    if opened is None:
        return answer(b"".join((await sync_to_async(looked)(user, after))[0]))
    stream = Stream(user_id=user.pk, session=request.session.session_key or "", password=user.password)
    hub = hub_here()
    if not await hub.open(stream):
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    opened.append(stream)
    pieces, stream.received = await in_database(first_pieces, user, after)
    stream.begin(b"".join(pieces))
    return answer()


def answer(content: bytes = b"") -> HttpResponse:
    """Return an answer that holds events, or that they are sent after."""
    return HttpResponse(content, content_type=CONTENT_TYPE, headers=HEADERS)


def looked(user: User, after: int | None) -> tuple[list[bytes], set[int]]:
    """Return what there is for a page that looks now and then."""
    streams_hold(process=LOOKING, users=[user.pk])
    return first_pieces(user, after)


def first_pieces(user: User, after: int | None) -> tuple[list[bytes], set[int]]:
    """Return what a stream begins with, and the keys of the events that this holds."""
    newest = newest_event()
    missed = events_missed(user, after) if after is not None else []
    told = events_told(missed, timezone.now()) if missed else []
    shown = [event("notification", item.data, item.key) for item in told if item.data is not None]
    unread = counters_of({user.pk})[user.pk]
    return [*shown, beginning(max([newest, *missed])), event("counters", {"unread": unread})], set(missed)

"""The event stream of open pages as single responses, for servers that cannot stream (WSGI).

Under ASGI, `push.streams.site` answers these requests instead.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.views.decorators.http import require_GET

from push.streams.events import HEADERS, is_same_site, last_event_key
from push.streams.opening import streams_begin
from workspace.models import User

# The process name of streams that are polled, because the server cannot hold connections open.
POLLING = "looking"


@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """Return the pending desktop notifications and unread counters of the signed-in user; the page polls."""
    user = request.user
    if not isinstance(user, User) or not is_same_site(request):
        return HttpResponseForbidden()
    (start,) = streams_begin(process=POLLING, requests=[(user.pk, last_event_key(request))])
    return HttpResponse(start.content, headers=HEADERS)

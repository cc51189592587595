"""The stream of events to an open page, where the server cannot stream.

Under ASGI the request does not get here: `push.streams.site` answers it.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.views.decorators.http import require_GET

from push.streams.events import HEADERS, after_asked, is_same_site
from push.streams.opening import streams_begin
from workspace.models import User

# Stands for the process where the server cannot hold a stream, and the page comes back again and again.
LOOKING = "looking"


@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """Answer the signed-in user's page with what is to be shown, and what is unread; it comes back for more."""
    user = request.user
    if not isinstance(user, User) or not is_same_site(request):
        return HttpResponseForbidden()
    (begun,) = streams_begin(process=LOOKING, asked=[(user.pk, after_asked(request))])
    return HttpResponse(begun.content, headers=HEADERS)

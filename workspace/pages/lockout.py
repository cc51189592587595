"""What someone sees who tried to sign in too often."""

from __future__ import annotations

from axes.helpers import get_cool_off
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from workspace.pages.layout import page_context

TOO_MANY_REQUESTS = 429


def locked_out(request: HttpRequest, response: object = None, credentials: object = None) -> HttpResponse:
    """Answer a sign-in page whose form was sent too often with a wrong password, in place of the page.

    `response` and `credentials` are what axes hands over. The API tells its clients in its own words.
    """
    seconds = int(get_cool_off(request).total_seconds())
    context = {
        **page_context(request, title=_("Too many tries")),
        "minutes": max(1, round(seconds / 60)),
        "is_callers": getattr(request, "sign_in_address_locked", False),
    }
    headers = {"Retry-After": str(seconds)}
    page = render_to_string("pages/locked_out.html", context, request)
    return HttpResponse(page, status=TOO_MANY_REQUESTS, headers=headers)

"""The page for users who are locked out after too many failed sign-ins."""

from __future__ import annotations

from axes.helpers import get_cool_off
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from workspace.models import SignInSettings
from workspace.pages.layout import page_context

TOO_MANY_REQUESTS = 429


def locked_out(request: HttpRequest, response: object = None, credentials: object = None) -> HttpResponse:
    """Respond to a sign-in that is locked out, instead of the sign-in page.

    axes passes `response` and `credentials`. The API has its own error for this.
    """
    seconds = int(get_cool_off(request).total_seconds())
    context = {
        **page_context(request, title=_("Too many attempts")),
        "minutes": max(1, round(seconds / 60)),
        "resets_passwords": SignInSettings.current().password_reset,
        "is_callers": getattr(request, "sign_in_address_locked", False),
    }
    headers = {"Retry-After": str(seconds)}
    page = render_to_string("pages/locked_out.html", context, request)
    return HttpResponse(page, status=TOO_MANY_REQUESTS, headers=headers)

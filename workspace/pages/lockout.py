"""What someone sees who tried to sign in too often (django-axes)."""

from __future__ import annotations

from typing import Any

from axes.helpers import get_cool_off
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from workspace.pages.look import page_context

TOO_MANY_REQUESTS = 429


def locked_out(request: HttpRequest, response: object = None, credentials: object = None) -> HttpResponse:
    """Answer a sign-in that is locked for a while, in place of any other answer.

    A client of the API is told in the words that it knows. `response` and `credentials` are what axes hands over.
    """
    cool_off = get_cool_off(request)
    seconds = int(cool_off.total_seconds())
    if request.path.startswith("/api/"):
        answer: HttpResponse = JsonResponse(api_answer(), status=401)
    else:
        context = {**page_context(request, title=_("Too many tries")), "minutes": max(1, round(seconds / 60))}
        answer = render(request, "pages/locked_out.html", context, status=TOO_MANY_REQUESTS)
    answer["Retry-After"] = str(seconds)
    return answer


def api_answer() -> dict[str, Any]:
    """Return the body of the API's answer; clients look for the code in `error`."""
    return {
        "status": "error",
        "error": "error-login-blocked-for-user",
        "message": "Login has been temporarily blocked for this user",
    }

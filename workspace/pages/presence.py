"""Presence reports of open pages: active, idle or closing (docs/presence.md)."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from workspace.clients import page_client_name
from workspace.models import User
from workspace.services.presence import client_leave, client_report

ACTIVE, IDLE, CLOSING = "active", "idle", "closing"
# The maximum interval of reports (seconds). There are several within the grace time.
HEARTBEAT = 60
REPORTS_PER_GRACE = 4


class ReportForm(forms.Form):
    """A report: the id of the page, its state, and the number of seconds since it was last used."""

    page = forms.RegexField(r"\A[0-9A-Za-z]{8,32}\Z")
    state = forms.ChoiceField(choices=[(state, state) for state in (ACTIVE, IDLE, CLOSING)])
    ago = forms.IntegerField(min_value=0, max_value=86_400, required=False)


def heartbeat_seconds() -> int:
    """Return the interval of reports in seconds."""
    return max(1, min(HEARTBEAT, settings.PRESENCE_GRACE // REPORTS_PER_GRACE))


@require_POST
def presence_report(request: HttpRequest) -> HttpResponse:
    """Process a report. It responds 403 instead of redirecting to the sign-in page, which nobody would see."""
    form = ReportForm(request.POST)
    user, session_key = request.user, request.session.session_key
    if not isinstance(user, User) or session_key is None:
        return HttpResponse(status=403)
    if not form.is_valid():
        return HttpResponse(status=400)
    report = form.cleaned_data
    client = page_client_name(session_key, report["page"])
    if report["state"] == CLOSING:
        client_leave(user=user, client=client)
    elif report["state"] == ACTIVE:
        used_at = timezone.now() - timedelta(seconds=report["ago"] or 0)
        client_report(user=user, client=client, active_at=used_at)
    else:
        client_report(user=user, client=client)
    return HttpResponse(status=204)

"""Accepting the time zone of the browser for accounts that have none."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from workspace.models import User
from workspace.pages.reader import signed_in_only
from workspace.selectors.accounts import time_zone_of
from workspace.services.accounts import browser_time_zone_save


@require_POST
@signed_in_only
def browser_time_zone(request: HttpRequest, _user: User) -> HttpResponse:
    """Accept the browser's time zone: 205 if the page should be reloaded to show times in it, else 204."""
    is_changed = browser_time_zone_accept(request, request.POST.get("time_zone", ""))
    return HttpResponse(status=205 if is_changed else 204)


def browser_time_zone_accept(request: HttpRequest, time_zone: str) -> bool:
    """Save the browser's time zone if the account has none, and show a message; returns True if the zone has changed.

    An empty name comes from a browser without scripts and changes nothing.
    """
    user = request.user
    if not isinstance(user, User) or not time_zone:
        return False
    before = time_zone_of(user)
    if not browser_time_zone_save(user=user, time_zone=time_zone) or time_zone_of(user) == before:
        return False
    text = _("Times are now shown in %(zone)s, the time zone of your browser.") % {"zone": time_zone}
    change = format_html('<a href="{}" class="cb-link">{}</a>', reverse("profile"), _("Change the time zone"))
    messages.info(request, format_html("{} {}", text, change))
    return True

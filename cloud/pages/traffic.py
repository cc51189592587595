"""The console's pages that do not belong to a model: its start page, and Live traffic."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from cloud.selectors.traffic import traffic_now
from workspace.pages.settings.base import admin_page, settings_view

VIEW = "cloud.view_usagecount"
VIEW_WORKSPACES = "cloud.view_registeredworkspace"


@settings_view(permission=VIEW_WORKSPACES)
def console_home(_request: HttpRequest) -> HttpResponse:
    """Redirect to the list of workspaces."""
    return redirect("admin:cloud_registeredworkspace_changelist")


@settings_view(permission=VIEW)
@require_GET
def traffic(request: HttpRequest) -> HttpResponse:
    """Show the gateway's live traffic. For the page's own polling, return only the table."""
    context = {"rows": traffic_now(), "now": timezone.now()}
    if request.headers.get("HX-Request"):
        return render(request, "cloud/traffic_rows.html", context)
    return admin_page(request, "cloud/traffic.html", _("Live traffic"), context)

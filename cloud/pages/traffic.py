"""The console's pages that belong to no model: its first page, and Live traffic."""

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
    """Lead to the workspaces of an installation that is a cloud only."""
    return redirect("admin:cloud_registeredworkspace_changelist")


@settings_view(permission=VIEW)
@require_GET
def traffic(request: HttpRequest) -> HttpResponse:
    """Show what goes through the gateway; asked by the page itself, answer with the changing part only."""
    context = {"rows": traffic_now(), "now": timezone.now()}
    if request.headers.get("HX-Request"):
        return render(request, "cloud/traffic_rows.html", context)
    return admin_page(request, "cloud/traffic.html", _("Live traffic"), context)

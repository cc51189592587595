"""The page that the link in a registration's e-mail leads to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cloud.services.registration_requests import request_by_confirmation, request_confirm
from workspace.pages.layout import page_context


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def registration_confirm(request: HttpRequest, confirmation: str) -> HttpResponse:
    """Ask, and confirm by POST only: mail scanners open links."""
    asked = request_by_confirmation(confirmation)
    if asked and request.method == "POST":
        request_confirm(request=asked)
        asked = request_by_confirmation(confirmation)
    context = {**page_context(request, title=_("Confirm the registration")), "asked": asked}
    return TemplateResponse(request, "cloud/confirm.html", context, status=200 if asked else 404)

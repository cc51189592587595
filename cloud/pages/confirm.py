"""The page behind the link in the registration e-mail."""

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
    """Show the registration, and confirm it only on POST, because mail scanners open links."""
    registration = request_by_confirmation(confirmation)
    if registration and request.method == "POST":
        request_confirm(request=registration)
        registration = request_by_confirmation(confirmation)
    context = {**page_context(request, title=_("Confirm the registration")), "registration": registration}
    return TemplateResponse(request, "cloud/confirm.html", context, status=200 if registration else 404)

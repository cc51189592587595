"""The first page after signing in: where everything else is."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from workspace.pages.look import page_context


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Greet the signed-in user and show the ways on."""
    context = {**page_context(request, title=_("Home")), "has_sandbox": settings.SANDBOX}
    return TemplateResponse(request, "pages/home.html", context)

"""What a link to a person's preferences shows once it has expired."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from workspace.pages.layout import page_context


def embedded_expired(request: HttpRequest) -> HttpResponse:
    """Show that the link has expired, and how to get a new one."""
    context = page_context(request, title=_("This link has expired")) | {"is_framed": False, "is_embedded": True}
    return TemplateResponse(request, "pages/embedded_expired.html", context, status=403)

"""Ending e-mails by a link in one of them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from preferences.services.emails import emails_end
from preferences.unsubscribing import unsubscribing_user
from workspace.pages.layout import page_context


# Mail programs post without cookies (RFC 8058, 3.2); what they prove is that they know the signed address.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether the e-mails shall end, and end them when the question is answered or a mail program posts."""
    user = unsubscribing_user(token)
    if user is None:
        raise Http404
    if request.method == "POST":
        emails_end(user=user)
    context = {**page_context(request, title=_("Unsubscribe")), "is_done": request.method == "POST"}
    return TemplateResponse(request, "preferences/unsubscribe.html", context)

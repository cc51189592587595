"""The page behind the unsubscribe link in e-mails."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from preferences.services.emails import emails_turn_off
from preferences.unsubscribe_links import user_by_unsubscribe_token
from workspace.pages.layout import page_context


# Mail clients post without cookies (RFC 8058, 3.2). The signed URL authorizes the request.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to turn off e-mails, and turn them off on POST, which a mail client may send directly."""
    user = user_by_unsubscribe_token(token)
    if user is None:
        raise Http404
    if request.method == "POST":
        emails_turn_off(user=user)
    context = {**page_context(request, title=_("Unsubscribe")), "is_done": request.method == "POST"}
    return TemplateResponse(request, "preferences/unsubscribe.html", context)

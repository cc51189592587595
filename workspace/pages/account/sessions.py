"""The page that shows where the account is signed in, and signs it out there."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from workspace.clients import NAME_LENGTH
from workspace.pages.form_data import parse_key, posted_text
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of
from workspace.selectors.sign_ins.clients import apps_of, browsers_of
from workspace.services.sign_ins.clients import app_sign_out, browser_sign_out, others_sign_out

# The browsers shown; nobody uses more. Signing out all others includes those that are not shown.
MAX_BROWSERS = 50
APPS_PER_PAGE = 50


@login_required
@require_http_methods(["GET"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Show the browsers, apps and access tokens with which the account is signed in."""
    user = reader_of(request)
    browsers = list(browsers_of(user)[:MAX_BROWSERS])
    page = Paginator(apps_of(user), APPS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **page_context(request, title=_("Where you are signed in")),
        "browsers": browsers,
        "current": request.session.session_key,
        "page": page,
        "name_length": f":{NAME_LENGTH}",
        "has_others": bool(page.object_list) or any(row.session_key != request.session.session_key for row in browsers),
    }
    return TemplateResponse(request, "pages/account/sessions.html", context)


@login_required
@require_POST
def session_end(request: HttpRequest) -> HttpResponse:
    """Sign out one browser (`browser`: its key) or one app (`app`: the beginning of its digest)."""
    user, browser, app = reader_of(request), posted_text(request, "browser"), posted_text(request, "app")
    key = parse_key(browser)
    is_ended = browser_sign_out(user=user, key=key) if key is not None else app_sign_out(user=user, name=app)
    if is_ended:
        messages.success(request, _("It was signed out."))
    else:
        messages.info(request, _("It was signed out already."))
    return HttpResponseRedirect(reverse("sessions"))


@login_required
@require_http_methods(["GET", "POST"])
def sessions_end(request: HttpRequest) -> HttpResponse:
    """Sign out all other browsers and all apps after a question."""
    if request.method == "POST":
        others_sign_out(request=request, user=reader_of(request))
        messages.success(request, _("All other browsers and all apps were signed out."))
        return HttpResponseRedirect(reverse("sessions"))
    context = {**page_context(request, title=_("Sign out everywhere else?")), "place": reverse("sessions")}
    return TemplateResponse(request, "pages/account/sessions_end.html", context)

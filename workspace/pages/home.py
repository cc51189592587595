"""The home page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from workspace.pages.contributions import Place, links_of
from workspace.pages.layout import page_context
from workspace.roles import is_workspace


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show the home page, or redirect to the administration if the installation is only a cloud."""
    if not is_workspace():
        return redirect("admin:index")
    cards = [link for place in (Place.SIDEBAR, Place.HOME) for link in links_of(request, place) if link.text]
    context = page_context(request, title=_("Home"))
    waiting = [line for line in context["rooms"].lines if line.unread or line.mentions]
    return TemplateResponse(request, "pages/home.html", {**context, "cards": cards, "waiting": waiting})

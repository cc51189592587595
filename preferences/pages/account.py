"""The page My Account > Preferences: the account's preferences, with previews of their effect."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from preferences.pages.account_form import CHANNELS, AccountForm
from preferences.previews import PreviewRequest, Previews, previews_of
from preferences.quiet.formatting import hours_lines
from preferences.selectors.effective import account_choices
from preferences.selectors.highlights import highlight_words_of
from preferences.selectors.quiet import quiet_state_of
from preferences.services.accounts import account_preferences_save, highlight_words_set
from workspace.models import User
from workspace.pages.contributions import Place, links_of
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of


@login_required
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Show the user's preferences with previews, and save them."""
    user = reader_of(request)
    chosen = account_choices(user)
    form = AccountForm(request.POST or None, chosen=chosen, words=highlight_words_of(user))
    if form.is_valid():
        with transaction.atomic():
            account_preferences_save(user=user, **form.choices())
            highlight_words_set(user=user, words=form.words(highlight_words_of(user)))
        messages.success(request, _("Your preferences are saved."))
        return HttpResponseRedirect(reverse("preferences"))
    quiet = quiet_state_of(user)
    context = {
        **page_context(request, title=_("Preferences")),
        "form": form,
        "previews": channel_previews(user, choices_made(form)),
        "quiet": quiet,
        "quiet_hours": hours_lines(quiet.hours),
        "further_links": links_of(request, Place.NOTIFICATIONS),
    }
    return TemplateResponse(request, "preferences/account.html", context)


@login_required
@require_POST
def preferences_preview(request: HttpRequest) -> HttpResponse:
    """Return previews for the choices on the page without saving them. Invalid choices are ignored."""
    user = reader_of(request)
    form = AccountForm(request.POST, chosen=account_choices(user), words=[])
    form.is_valid()
    context = {"previews": channel_previews(user, choices_made(form)), "is_update": True}
    return TemplateResponse(request, "preferences/previews.html", context)


def choices_made(form: AccountForm) -> dict[str, Any]:
    """Return the valid changes made on the page."""
    return form.choices() if form.is_bound else {}


def channel_previews(user: User, choices: dict[str, Any]) -> Previews:
    """Return the previews of each channel for unsaved choices."""
    return previews_of(PreviewRequest(user=user, channels=CHANNELS, account=choices))


@require_GET
def email_preferences(_request: HttpRequest) -> HttpResponse:
    """Redirect from the URL in e-mails to the notification preferences."""
    return HttpResponseRedirect(f"{reverse('preferences')}#notifications")

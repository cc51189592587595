"""Leaving for a provider, and coming back."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

import requests
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from workspace.cache import call_count
from workspace.logs.events import LogEvent
from workspace.openid.problems import ExternalSignInError, Problem
from workspace.openid.protocol import Protocol
from workspace.openid.providers import openid_provider
from workspace.pages.form_data import posted_text
from workspace.pages.layout import page_context
from workspace.pages.openid.results import LINKING
from workspace.pages.sign_in_code import following_page
from workspace.services.known_clients import client_address

OPENID_FAILED = LogEvent(
    "user.openid_failed",
    "A sign-in with an identity provider failed.",
    {"provider": "the name of the provider", "code": "the kind of problem", "problem": "the cause"},
    logging.WARNING,
)

# Each attempt makes requests to the provider and stores a session: the number for each address in this many seconds.
MAX_ATTEMPTS, IN_SECONDS = 60, 300
LOGIN = "login"


def reporting_problems(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Show why a sign-in failed on the page where the user began, and log it."""

    @wraps(view)
    def reporting_view(request: HttpRequest, key: str) -> HttpResponse:
        provider = openid_provider(key)
        if provider is None:
            raise Http404
        try:
            return view(request, key)
        except ExternalSignInError as error:
            problem = error
        except requests.RequestException as error:
            problem = ExternalSignInError(Problem.NOT_REACHED, f"{type(error).__name__}: {error}")
        except SocialApp.DoesNotExist:
            raise Http404 from None
        OPENID_FAILED.log(provider=provider.label, code=problem.problem.value, problem=problem.cause)
        messages.error(request, problem.sentence(provider.label))
        return HttpResponseRedirect(reverse("linked-accounts" if request.user.is_authenticated else "sign-in"))

    return reporting_view


@never_cache
@require_POST
@reporting_problems
def provider_sign_in(request: HttpRequest, key: str) -> HttpResponse:
    """Send the browser to the provider to sign in."""
    following = following_page(request, posted_text(request, "next"))
    return leave(request, key, process=LOGIN, following=following, user=None)


@never_cache
@login_required
@require_POST
@reporting_problems
def provider_link(request: HttpRequest, key: str) -> HttpResponse:
    """Send the browser to the provider, to link the account that is signed in."""
    return leave(request, key, process=LINKING, following="", user=request.user.pk)


def leave(request: HttpRequest, key: str, *, process: str, following: str, user: int | None) -> HttpResponse:
    """Respond with a page that continues at the provider.

    It is not a redirect, because `form-action` of the Content-Security-Policy also applies to redirects after a form.
    """
    if call_count(f"openid:{client_address(request)}", seconds=IN_SECONDS) > MAX_ATTEMPTS:
        messages.error(request, _("Too many attempts. Try again in a few minutes."))
        return HttpResponseRedirect(reverse("sign-in"))
    provider = Protocol(request, key).get_provider()
    nonce = secrets.token_urlsafe(24)
    redirect = provider.redirect(
        request, process=process, next_url=following, data={"nonce": nonce, "user": user}, auth_params={"nonce": nonce}
    )
    title = _("Continue with %(provider)s") % {"provider": provider.name}
    context = {**page_context(request, title=title), "is_framed": False, "url": redirect["Location"]}
    return TemplateResponse(request, "pages/openid/leaving.html", context)


class CallbackView(OAuth2CallbackView):  # type: ignore[misc]
    """allauth's view, which checks the state, with the nonce and issuer of this sign-in."""

    adapter: Protocol

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, response = super()._get_state(request, provider)
        if state is not None:
            self.adapter.nonce = state["data"]["nonce"]
        # RFC 9207: a response of another provider.
        issuer = request.GET.get("iss")
        if issuer and issuer.rstrip("/") != str(self.adapter.openid_config["issuer"]).rstrip("/"):
            raise ExternalSignInError(Problem.NOT_PROVEN, "the response names another issuer")
        return state, response


@never_cache
@require_GET
@sensitive_variables()
@reporting_problems
def provider_callback(request: HttpRequest, key: str) -> HttpResponse:
    """Accept the browser that comes back from the provider."""
    response: HttpResponse = CallbackView.adapter_view(Protocol(request, key))(request)
    return response

"""The page that follows a sign-in with a provider."""

from __future__ import annotations

from allauth.socialaccount.models import SocialLogin
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from workspace.errors import SecondFactorError
from workspace.models import User
from workspace.openid.problems import ExternalSignInError, Problem
from workspace.openid.providers import OpenIdProvider, openid_provider
from workspace.pages.sign_in_code import BACKEND, CodeForm, code_page, following_page
from workspace.selectors.accounts import needs_verified_address
from workspace.services.known_clients import browser_remember
from workspace.services.people.external_accounts import external_link, external_sign_in
from workspace.services.second_factor import second_factor_check

LINKING = "connect"


def identity_accept(request: HttpRequest, sociallogin: SocialLogin) -> HttpResponse:
    """Sign the person in, or link the account that has asked for it. Raises ExternalSignInError."""
    provider = openid_provider(sociallogin.account.provider)
    if provider is None:
        raise ExternalSignInError(Problem.REFUSED, "the provider was turned off")
    if sociallogin.state["process"] == LINKING:
        return account_link(request, provider, sociallogin)
    user = external_sign_in(identity=sociallogin.identity, rules=provider.rules)
    return session_begin(request, provider, user, following=sociallogin.state.get("next", ""))


def account_link(request: HttpRequest, provider: OpenIdProvider, sociallogin: SocialLogin) -> HttpResponse:
    """Link the account that is signed in, if it is the one that began."""
    user = request.user
    if not isinstance(user, User) or user.pk != sociallogin.state["data"].get("user"):
        raise ExternalSignInError(Problem.SIGNED_OUT)
    external_link(user=user, identity=sociallogin.identity, rules=provider.rules)
    messages.success(request, _("You can sign in with %(provider)s now.") % {"provider": provider.label})
    return HttpResponseRedirect(reverse("linked-accounts"))


def session_begin(request: HttpRequest, provider: OpenIdProvider, user: User, *, following: str) -> HttpResponse:
    """Sign the account in, or ask for the code of its second factor, which the provider does not replace by default."""
    if needs_verified_address(user):
        messages.error(request, _("Verify your e-mail address first, with the link that we have sent to it."))
        return HttpResponseRedirect(reverse("sign-in"))
    if not provider.replaces_second_factor:
        try:
            second_factor_check(user=user, code="")
        except SecondFactorError:
            return code_page(request, CodeForm.asking(name=user.username, following=following, time_zone=""))
    login(request, user, backend=BACKEND)
    response = HttpResponseRedirect(following_page(request, following))
    browser_remember(request=request, response=response, user=user)
    return response

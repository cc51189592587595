"""What django-allauth asks the site during a sign-in with a provider (`SOCIALACCOUNT_ADAPTER`)."""

from __future__ import annotations

from typing import Any

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError
from django.http import HttpRequest

from workspace.openid.problems import ExternalSignInError, Problem
from workspace.openid.protocol import Provider, app_of
from workspace.openid.providers import openid_provider, openid_providers
from workspace.openid.requests_session import safe_session
from workspace.pages.openid.results import identity_accept


class IdentityAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Takes the providers from the settings, and decides who is signed in."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        return [app_of(config) for config in openid_providers()]

    def get_provider(self, request: HttpRequest, provider: Any, client_id: Any = None) -> Provider:
        config = openid_provider(provider)
        if config is None:
            raise SocialApp.DoesNotExist
        return Provider(request, app=app_of(config))

    def get_requests_session(self) -> requests.Session:
        return safe_session()

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """End allauth's flow here: accounts and their sign-ins are the workspace's own."""
        raise ImmediateHttpResponse(identity_accept(request, sociallogin))

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        raise problem_of(request, error, exception)


def problem_of(request: HttpRequest, error: Any, exception: Exception | None) -> ExternalSignInError:
    """Return the reason for what allauth reports."""
    if isinstance(exception, requests.RequestException):
        return ExternalSignInError(Problem.NOT_REACHED, f"{type(exception).__name__}: {exception}")
    if exception is not None:
        return ExternalSignInError(Problem.NOT_PROVEN, type(exception).__name__)
    if error == AuthError.CANCELLED:
        return ExternalSignInError(Problem.CANCELLED)
    code = request.GET.get("error", "")[:40]
    if code:
        return ExternalSignInError(Problem.REFUSED, f"authorization endpoint: {code}" if code.isidentifier() else "")
    return ExternalSignInError(Problem.EXPIRED)

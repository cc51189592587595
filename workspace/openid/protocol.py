"""The parts of django-allauth's OpenID Connect flow that are stricter here.

allauth makes the request to the provider with state and PKCE, and checks the state. Here, the ID token's signature and
nonce are verified too, the configuration must be the issuer's own, and errors have reasons.
"""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse

from workspace.openid.identities import Identity
from workspace.openid.problems import ExternalSignInError, Problem
from workspace.openid.providers import OpenIdProvider, openid_provider
from workspace.openid.requests_session import safe_session
from workspace.openid.tokens import id_token_verify

WELL_KNOWN = "/.well-known/openid-configuration"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
# How long a provider's configuration is used before it is read again (seconds). Keys are read at each sign-in.
CONFIGURATION_SECONDS = 300


class Client(OAuth2Client):  # type: ignore[misc]
    """Exchanges the code. A failure has a reason, and never contains the response, which may contain tokens."""

    def get_redirect_url(self, authorization_url: str, scope: Any, extra_params: Any) -> str:
        # Some providers' addresses have a query, to which allauth would add another question mark.
        base, _mark, query = authorization_url.partition("?")
        url = str(super().get_redirect_url(base, scope, extra_params))
        return f"{url}&{query}" if query else url

    def get_access_token(self, code: str, pkce_code_verifier: str | None = None, extra_data: Any = None) -> Any:
        data = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.callback_url}
        if pkce_code_verifier:
            data["code_verifier"] = pkce_code_verifier
        auth = None
        if self.basic_auth and self.consumer_secret:
            # RFC 6749, 2.3.1: both are encoded as in forms.
            auth = (quote(self.consumer_key, safe=""), quote(self.consumer_secret, safe=""))
        else:
            data["client_id"] = self.consumer_key
            if self.consumer_secret:
                data["client_secret"] = self.consumer_secret
        with safe_session() as session:
            response = session.post(self.access_token_url, data=data, auth=auth, headers={"Accept": "application/json"})
        answer = json_object(response)
        if response.status_code != 200 or not isinstance(answer.get("access_token"), str):
            raise token_error(response.status_code, answer)
        return answer


class Protocol(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The requests to a provider."""

    client_class = Client

    def __init__(self, request: HttpRequest, provider_id: str) -> None:
        super().__init__(request, provider_id)
        config = openid_provider(provider_id)
        if config is None:
            raise SocialApp.DoesNotExist
        self.config: OpenIdProvider = config
        self.nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """Return the provider's configuration, which must state the issuer that the settings name."""
        issuer = self.config.issuer
        key = f"openid:{hashlib.sha256(issuer.encode()).hexdigest()}"
        if isinstance(stored := cache.get(key), dict):
            return configuration_check(stored, issuer)
        configuration = configuration_check(json_get(configuration_url(issuer)), issuer)
        cache.set(key, configuration, CONFIGURATION_SECONDS)
        return configuration

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return callback_url(self.provider_id)

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Return who signed in. The claims are those of the verified ID token, and of the provider's userinfo."""
        configuration = self.openid_config
        claims = id_token_verify(
            str(kwargs["response"].get("id_token", "")),
            keys=json_get(configuration["jwks_uri"]),
            issuer=configuration["issuer"],
            client_id=app.client_id,
            nonce=self.nonce,
        )
        if userinfo_url := configuration.get("userinfo_endpoint"):
            userinfo = json_get(userinfo_url, Authorization=f"Bearer {token.token}")
            # OpenID Connect Core 1.0, 5.3.2: otherwise it may be about somebody else.
            if userinfo.get("sub") != claims["sub"]:
                raise ExternalSignInError(Problem.NOT_PROVEN, "userinfo: another subject")
            claims = {**claims, **userinfo}
        login = SocialLogin(account=SocialAccount(provider=self.config.key, uid=""), provider=self.get_provider())
        login.identity = identity_of(claims, self.config)
        return login


class Provider(OpenIDConnectProvider):  # type: ignore[misc]
    """A provider as allauth knows it."""

    oauth2_adapter_class = Protocol


def app_of(config: OpenIdProvider) -> SocialApp:
    """Return the provider's app, which is not stored in the database."""
    return SocialApp(
        provider="openid_connect",
        provider_id=config.key,
        name=config.label,
        client_id=config.client_id,
        secret=config.client_secret,
        settings={"server_url": config.issuer, "oauth_pkce_enabled": True, "scope": list(config.scope)},
    )


def callback_url(key: str) -> str:
    """Return the URL to which the provider sends the browser, as it must be registered there."""
    return settings.SITE_URL.removesuffix(settings.SITE_PATH) + reverse("openid_connect_callback", args=[key])


def configuration_url(issuer: str) -> str:
    """Return where the issuer's configuration is."""
    return issuer if WELL_KNOWN in issuer else issuer.rstrip("/") + WELL_KNOWN


def configuration_check(configuration: dict[str, Any], issuer: str) -> dict[str, Any]:
    """Return the configuration; raises ExternalSignInError if it is another issuer's, or incomplete."""
    stated = configuration.get("issuer")
    if not isinstance(stated, str) or stated.rstrip("/") != issuer.removesuffix(WELL_KNOWN).rstrip("/"):
        raise ExternalSignInError(Problem.NOT_CONFIGURED, "the configuration states another issuer")
    for name in ENDPOINTS:
        endpoint = configuration.get(name)
        if not isinstance(endpoint, str) or urlsplit(endpoint).scheme not in {"http", "https"}:
            raise ExternalSignInError(Problem.NOT_CONFIGURED, f"the configuration has no {name}")
    return configuration


def json_get(url: str, **headers: str) -> dict[str, Any]:
    """Return the JSON object at the URL; raises ExternalSignInError without one."""
    with safe_session() as session:
        response = session.get(url, headers={"Accept": "application/json", **headers})
    if response.status_code != 200:
        raise ExternalSignInError(Problem.NOT_CONFIGURED, f"status {response.status_code} of {urlsplit(url).path}")
    answer = json_object(response)
    if not answer:
        raise ExternalSignInError(Problem.NOT_CONFIGURED, f"no JSON object at {urlsplit(url).path}")
    return answer


def json_object(response: requests.Response) -> dict[str, Any]:
    """Return the JSON object of a response; an empty one if it has none."""
    try:
        answer = response.json()
    except requests.JSONDecodeError:
        return {}
    return answer if isinstance(answer, dict) else {}


def token_error(status: int, answer: dict[str, Any]) -> ExternalSignInError:
    """Return the error for a code that the provider did not exchange."""
    code = str(answer.get("error", ""))[:40]
    cause = f"token endpoint: status {status}, {code if code.isidentifier() else 'no error code'}"
    if code in {"invalid_client", "unauthorized_client"} or status == 401:
        return ExternalSignInError(Problem.CLIENT_REFUSED, cause)
    return ExternalSignInError(Problem.EXPIRED if code == "invalid_grant" else Problem.REFUSED, cause)


def identity_of(claims: dict[str, Any], config: OpenIdProvider) -> Identity:
    """Return the person that the claims describe."""

    def text(name: str, length: int) -> str:
        value = claims.get(name)
        return value.strip()[:length] if isinstance(value, str) and "\x00" not in value else ""

    # `email_verified` is about the claim `email` only (OpenID Connect Core 1.0, 5.1). Some providers send a text.
    is_verified = config.email_claim == "email" and claims.get("email_verified") in (True, "true")
    groups = claims.get(config.roles_claim, []) if config.roles_claim else []
    groups = [groups] if isinstance(groups, str) else groups
    return Identity(
        subject=str(claims["sub"]),
        username=text(config.username_claim, 254),
        name=text(config.name_claim, 255),
        email=text(config.email_claim, 254),
        email_verified=is_verified or config.rules.trusts_email,
        groups=tuple(str(group) for group in groups) if isinstance(groups, list) else (),
    )

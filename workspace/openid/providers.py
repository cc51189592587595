"""The providers that the settings describe."""

from __future__ import annotations

from dataclasses import dataclass, field

from workspace.models import OpenIdSettings
from workspace.models.servers.openid import PROVIDERS, mapping_in, names_in
from workspace.openid.identities import AccountRules


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdProvider:
    """A provider. `key` is its number in the settings and its name in URLs."""

    key: str
    label: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: tuple[str, ...]
    username_claim: str
    name_claim: str
    email_claim: str
    roles_claim: str
    replaces_second_factor: bool
    rules: AccountRules


def openid_providers() -> list[OpenIdProvider]:
    """Return the providers that the sign-in page offers."""
    settings = OpenIdSettings.current()
    numbers = range(1, PROVIDERS + 1)
    return [_provider(settings, number) for number in numbers if _is_offered(settings, number)]


def openid_provider(key: str) -> OpenIdProvider | None:
    """Return the provider with this key, if it is offered."""
    return next((provider for provider in openid_providers() if provider.key == key), None)


def _is_offered(settings: OpenIdSettings, number: int) -> bool:
    return all(getattr(settings, f"{name}_{number}") for name in ("enabled", "issuer", "client_id"))


def _provider(settings: OpenIdSettings, number: int) -> OpenIdProvider:
    def value(name: str) -> str:
        return str(getattr(settings, f"{name}_{number}"))

    def choice(name: str) -> bool:
        return bool(getattr(settings, f"{name}_{number}"))

    issuer, label = value("issuer"), value("label") or "OpenID Connect"
    return OpenIdProvider(
        key=str(number),
        label=label,
        issuer=issuer,
        client_id=value("client_id"),
        client_secret=value("client_secret"),
        scope=tuple(dict.fromkeys(["openid", *names_in(value("scope"))])),
        username_claim=value("username_claim"),
        name_claim=value("name_claim"),
        email_claim=value("email_claim"),
        roles_claim=value("roles_claim"),
        replaces_second_factor=choice("replaces_second_factor"),
        rules=AccountRules(
            source=issuer,
            label=label,
            creates=choice("creates"),
            links=choice("links"),
            trusts_email=choice("trusts_email"),
            domains=tuple(domain.lower() for domain in names_in(value("domains"))),
            roles=tuple(names_in(value("roles"))),
            roles_mapping=tuple(mapping_in(value("roles_mapping"))) if value("roles_claim") else (),
        ),
    )

"""The settings at Administration > Workspace > Settings > OpenID Connect."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from workspace.outbound import is_loopback
from workspace.roles import Role
from workspace.setting_groups import SecretField, SettingsGroup, setting

# The number of identity providers that a workspace can use.
PROVIDERS = 3
PREFIX = "Accounts_OAuth_Custom_"
CLAIM = RegexValidator(r"\A\S+\Z", _("A claim is a single word, such as preferred_username."))
DOMAIN = re.compile(r"(?!-)[\w-]+(\.[\w-]+)+")


def text(label: Any, help_text: Any = "", *, default: str = "", max_length: int = 255, **options: Any) -> Any:
    """Return a field for a short text."""
    return models.CharField(label, max_length=max_length, blank=True, default=default, help_text=help_text, **options)


def boolean(label: Any, help_text: Any = "", *, default: bool) -> Any:
    """Return a field for a choice."""
    return models.BooleanField(label, default=default, help_text=help_text)


def domains_validate(value: str) -> None:
    """Accept host names, separated by commas or white space."""
    wrong = [domain for domain in names_in(value) if not DOMAIN.fullmatch(domain)]
    if wrong:
        raise ValidationError(_("%(domain)s is not a domain, such as example.org."), params={"domain": wrong[0][:80]})


def mapping_validate(value: str) -> None:
    """Accept lines such as `staff: moderator`."""
    for line in value.splitlines():
        if line.strip() and not all(part.strip() for part in (*line.partition(":"),)):
            raise ValidationError(
                _("Write each line as “value: role”, not “%(line)s”."), params={"line": line.strip()[:80]}
            )


def issuer_validate(value: str) -> None:
    """Accept https URLs, and http URLs of this machine that the environment allows (for tests)."""
    try:
        parts = urlsplit(value)
        is_url = bool(parts.hostname) and parts.username is None and not parts.query and not parts.fragment
    except ValueError:
        is_url = False
    if not is_url or not value.isascii() or not value.isprintable() or " " in value:
        raise ValidationError(_("Enter an address such as https://login.example.org."))
    is_own = parts.netloc.lower() in settings.SIGN_IN_PRIVATE_HOSTS and is_loopback(parts.hostname)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_own):
        raise ValidationError(_("The address must begin with https://."))


def names_in(value: str) -> list[str]:
    """Return the names in a list that is separated by commas or white space."""
    return [name for name in re.split(r"[\s,;]+", value) if name]


def mapping_in(value: str) -> list[tuple[str, str]]:
    """Return the pairs of claim value and role in a mapping of roles."""
    pairs = (line.rpartition(":") for line in value.splitlines() if line.strip())
    return [(claim.strip(), role.strip()) for claim, _colon, role in pairs]


# What is set for each provider: the end of the field's name, the end of the setting's id, and the field.
def provider_fields() -> Iterator[tuple[str, str, Any]]:
    """Yield the settings of one provider, in the order on the page."""
    yield "enabled", "", boolean(_("Offer this provider"), _("Shows its button on the sign-in page."), default=False)
    yield (
        "label",
        "_button_label_text",
        text(
            _("Name"), _("The button's text is “Continue with” and this name."), default="OpenID Connect", max_length=40
        ),
    )
    yield (
        "issuer",
        "_url",
        text(
            _("Issuer"),
            _(
                "The provider's address, such as https://login.example.org/realms/staff. Its configuration is read "
                "from /.well-known/openid-configuration there."
            ),
            validators=[issuer_validate],
        ),
    )
    yield "client_id", "_id", text(_("Client ID"))
    yield (
        "client_secret",
        "_secret",
        SecretField(
            _("Client secret"), multiline=False, help_text=_("Empty for public clients, which PKCE alone protects.")
        ),
    )
    yield "scope", "_scope", text(_("Scopes"), default="openid profile email")
    yield (
        "username_claim",
        "_username_field",
        text(_("Claim with the username"), default="preferred_username", validators=[CLAIM]),
    )
    yield "name_claim", "_name_field", text(_("Claim with the name"), default="name", validators=[CLAIM])
    yield "email_claim", "_email_field", text(_("Claim with the e-mail address"), default="email", validators=[CLAIM])
    yield (
        "trusts_email",
        "_trust_email",
        boolean(
            _("Addresses are always verified"),
            _(
                "Turn this on only if the provider sends no email_verified, and its users cannot choose their "
                "addresses. Otherwise somebody could take over an account with its address."
            ),
            default=False,
        ),
    )
    yield (
        "creates",
        "_create_users",
        boolean(_("Create accounts"), _("Users without an account get one at their first sign-in."), default=True),
    )
    yield (
        "links",
        "_merge_users",
        boolean(
            _("Link existing accounts"),
            _(
                "An account with the same e-mail address is used if both the provider and the account have verified "
                "it. Off: users link their accounts at My Account."
            ),
            default=False,
        ),
    )
    yield (
        "domains",
        "_allowed_domains",
        text(
            _("Allowed e-mail domains"),
            _("Separated by commas. Empty: all. Users with a verified address in another domain are refused."),
            validators=[domains_validate],
        ),
    )
    yield "roles", "_default_roles", text(_("Roles of new accounts"), _("Separated by commas."), default="user")
    yield (
        "roles_claim",
        "_roles_claim",
        text(_("Claim with roles or groups"), _("Such as groups. Empty: roles are not taken from the provider.")),
    )
    yield (
        "roles_mapping",
        "_roles_mapping",
        models.TextField(
            _("Roles by claim"),
            blank=True,
            default="",
            validators=[mapping_validate],
            help_text=_(
                "One “value: role” per line, such as “staff: moderator”. At each sign-in, the account gets the roles "
                "of its values and loses the other roles named here."
            ),
        ),
    )
    yield (
        "replaces_second_factor",
        "_replaces_second_factor",
        boolean(
            _("Replaces the second factor"),
            _(
                "On: users with a second factor are not asked for its code, because the provider asks for one. Off: "
                "the provider replaces the password only."
            ),
            default=False,
        ),
    )


class OpenIdSettings(SettingsGroup):
    """The identity providers that users can sign in with. The settings are declared below, once for each provider."""

    icon = "passkey"
    role = Role.ANY

    class Meta:
        verbose_name = verbose_name_plural = _("OpenID Connect")

    @classmethod
    def slug(cls) -> str:
        return "openid"

    def changes_validate(self, changed: Collection[str]) -> None:
        problems = {}
        for number in range(1, PROVIDERS + 1):
            if not getattr(self, f"enabled_{number}"):
                continue
            for name in ("issuer", "client_id"):
                if not getattr(self, f"{name}_{number}"):
                    problems[f"{name}_{number}"] = _("The provider needs this before it can be offered.")
        if problems:
            raise ValidationError(problems)


for number in range(1, PROVIDERS + 1):
    for name, suffix, field in provider_fields():
        OpenIdSettings.add_to_class(
            f"{name}_{number}",
            setting(
                field,
                id=f"{PREFIX}{number}{suffix}",
                section=format_lazy("{} {}", _("Provider"), number),
                requires=(f"{PREFIX}{number}",) if suffix else (),
            ),
        )

"""The service account that a workspace or an app authenticates with at Google: reading and validating its JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from push.lazy_modules import lazy_module
from push.providers.fingerprints import digest
from push.providers.pem import private_key_read

# Takes a quarter of a second to import.
firebase_credentials = lazy_module("firebase_admin.credentials")

BYTE_ORDER_MARK = "\ufeff"
# What the library insists on, though every service account has the same; an own file may lack it.
DEFAULTS = {"type": "service_account", "token_uri": "https://oauth2.googleapis.com/token"}
REQUIRED = ("client_email", "project_id", "private_key_id", "private_key")


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """What sending to Google's service needs."""

    client_email: str
    project_id: str
    private_key_id: str
    private_key: str = field(repr=False)
    content: Mapping[str, Any] = field(default_factory=dict, repr=False)


def service_account_read(text: str) -> ServiceAccount:
    """Return the service account in the JSON text.

    Raises ValidationError when it is no JSON object, names the fields that it lacks, or says that its key is unusable.
    """
    try:
        # Editors on Windows begin a file with a byte-order mark.
        content = json.loads(text.removeprefix(BYTE_ORDER_MARK))
    # Brackets within brackets by the thousand are no service account either.
    except (ValueError, RecursionError) as error:
        raise ValidationError(_("This is not JSON. Paste the complete file from Google's console.")) from error
    if not isinstance(content, dict):
        raise ValidationError(_("The JSON must be an object with the service account's fields."))
    missing = [name for name in REQUIRED if not isinstance(content.get(name), str) or not content[name].strip()]
    if missing:
        raise ValidationError(
            ngettext_lazy("The field %(names)s is missing.", "The fields %(names)s are missing.", len(missing)),
            params={"names": ", ".join(missing)},
        )
    if content.get("type", "service_account") != "service_account":
        raise ValidationError(_("This is not a service account's file: its “type” must be “service_account”."))
    account = ServiceAccount(**{name: content[name] for name in REQUIRED}, content={**DEFAULTS, **content})
    _key_check(account)
    return account


def credential_build(account: ServiceAccount) -> Any:
    """Return Google's library's credential for the account; raises ValidationError with what the library objects to."""
    try:
        return firebase_credentials.Certificate(account.content).get_credential()
    except (ValueError, TypeError, AttributeError) as error:
        raise ValidationError(
            _("Google's library cannot use this file: %(error)s"), params={"error": str(error)[:200]}
        ) from error


def _key_check(account: ServiceAccount) -> None:
    try:
        key = private_key_read(account.private_key)
    except ValidationError as error:
        raise ValidationError(_("The field private_key does not contain a usable private key.")) from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValidationError(_("The field private_key must contain an RSA key."))


def service_account_validate(text: str) -> None:
    """Refuse what is no service account's JSON, and what Google's library cannot build a credential from."""
    credential_build(service_account_read(text))


def service_account_describe(text: str) -> str:
    """Return which account and project a stored service account's JSON is of."""
    try:
        account = service_account_read(text)
    except ValidationError as error:
        return " ".join(error.messages)
    return gettext("%(email)s, project %(project)s") % {"email": account.client_email, "project": account.project_id}


@dataclass(frozen=True, slots=True)
class GoogleCredentials:
    """A service account's JSON, as downloaded from Google's console."""

    service_account: str = field(repr=False)

    @property
    def name(self) -> str:
        """Return an identifier of these credentials that does not reveal them."""
        return digest(self.service_account)

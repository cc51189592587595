"""The service account's JSON, as Google's console hands it out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from push.credentials.apple import private_key_read

REQUIRED = ("client_email", "project_id", "private_key_id", "private_key")


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """What sending to Google's service needs."""

    client_email: str
    project_id: str
    private_key_id: str
    private_key: str = field(repr=False)


def service_account_read(text: str) -> ServiceAccount:
    """Return the service account in the JSON text.

    Raises ValidationError when it is no JSON object, names the fields that it lacks, or says that its key is unusable.
    """
    try:
        content = json.loads(text)
    # Brackets within brackets by the thousand are no service account either.
    except (ValueError, RecursionError) as error:
        raise ValidationError(_("This is no JSON; paste the whole file that Google's console offered.")) from error
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
    account = ServiceAccount(**{name: content[name] for name in REQUIRED})
    _key_check(account)
    return account


def _key_check(account: ServiceAccount) -> None:
    try:
        key = private_key_read(account.private_key)
    except ValidationError as error:
        raise ValidationError(_("The field private_key holds no usable private key.")) from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValidationError(_("The field private_key must hold an RSA key."))

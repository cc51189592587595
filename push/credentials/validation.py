"""Validating the Push settings' certificates and keys when they are saved, and telling admins what is stored."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from push.credentials.apple import certificate_read, key_matches, private_key_read, token_key_read
from push.credentials.google import credential_build, service_account_read

if TYPE_CHECKING:
    from push.models import PushSettings
    from push.models.keys import ProviderKeys

apple_id_validator = RegexValidator(r"\A[A-Z0-9]{10}\Z", _("Apple's ids are 10 capital letters and digits."))


def certificate_validate(pem: str) -> None:
    """Refuse what is no certificate, or one that has expired."""
    certificate = certificate_read(pem)
    if certificate.expired:
        raise ValidationError(
            _("The certificate expired on %(day)s."), params={"day": date_format(certificate.expires_at)}
        )


def token_key_validate(pem: str) -> None:
    """Refuse what is no token key."""
    token_key_read(pem)


def service_account_validate(text: str) -> None:
    """Refuse what is no service account's JSON, and what Google's library cannot build a credential from."""
    credential_build(service_account_read(text))


def certificate_pair_validate(
    group: PushSettings | ProviderKeys, prefix: str, changed: Collection[str]
) -> dict[str, Any]:
    """Return what is wrong, by field, with the certificate, key and passphrase whose fields begin with `prefix`."""
    names = {part: f"{prefix}_{part}" for part in ("cert", "key", "passphrase")}
    certificate, key_pem, passphrase = (getattr(group, name) for name in names.values())
    if not key_pem or not set(names.values()) & set(changed):
        return {}
    try:
        key = private_key_read(key_pem, passphrase)
    except ValidationError as error:
        wrong_passphrase = names["passphrase"] in changed and passphrase and names["key"] not in changed
        return {names["passphrase" if wrong_passphrase else "key"]: error}
    if certificate and not key_matches(key, certificate_read(certificate)):
        message = _("The key does not belong to the certificate. To replace both, save them together.")
        return {names["key" if names["key"] in changed else "cert"]: ValidationError(message)}
    return {}


def certificate_describe(pem: str) -> str:
    """Return what a stored certificate is for, its fingerprint and when it expires."""
    try:
        certificate = certificate_read(pem)
    except ValidationError as error:
        return " ".join(error.messages)
    left = (certificate.expires_at - timezone.now()).days
    values = {
        "name": certificate.name or gettext("unnamed"),
        "fingerprint": certificate.fingerprint,
        "day": date_format(certificate.expires_at),
        "left": left,
    }
    if left < 0:
        return gettext("%(name)s, fingerprint %(fingerprint)s, EXPIRED on %(day)s") % values
    return gettext("%(name)s, fingerprint %(fingerprint)s, expires on %(day)s (in %(left)d days)") % values


def service_account_describe(text: str) -> str:
    """Return which account and project a stored service account's JSON is of."""
    try:
        account = service_account_read(text)
    except ValidationError as error:
        return " ".join(error.messages)
    return gettext("%(email)s, project %(project)s") % {"email": account.client_email, "project": account.project_id}

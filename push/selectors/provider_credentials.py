"""What the Push settings, or an app's own row, hold to authenticate with at Apple and Google."""

from __future__ import annotations

from push.models import PushSettings
from push.models.keys import ProviderKeys
from push.providers.apple.credentials import AppleCertificate, AppleCredentials, AppleTokenKey
from push.providers.google.credentials import GoogleCredentials


def apple_credentials(source: PushSettings | ProviderKeys) -> AppleCredentials | None:
    """Return the token key, else the certificate of the service that *Production* chooses; None without either.

    An app's own row has one certificate, which is for the service that it chooses.
    """
    if source.apn_token_key and source.apn_token_key_id and source.apn_team_id:
        key = AppleTokenKey(source.apn_token_key, source.apn_token_key_id, source.apn_team_id)
        return AppleCredentials(key, production=source.production)
    prefix = "apn" if source.production or isinstance(source, ProviderKeys) else "apn_dev"
    certificate, key, passphrase = (getattr(source, f"{prefix}_{part}") for part in ("cert", "key", "passphrase"))
    if not certificate or not key:
        return None
    return AppleCredentials(AppleCertificate(certificate, key, passphrase), production=source.production)


def google_credentials(source: PushSettings | ProviderKeys) -> GoogleCredentials | None:
    """Return the service account; None without one."""
    return GoogleCredentials(source.google_api_credentials) if source.google_api_credentials else None

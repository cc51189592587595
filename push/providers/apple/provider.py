"""How Apple's push service is used."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from push.content.phones import PhonePayload
from push.models import PushSettings
from push.models.keys import ProviderKeys
from push.providers.apple.checks import apple_check
from push.providers.apple.credentials import AppleCertificate, AppleCredentials, AppleTokenKey
from push.providers.apple.device_tokens import device_token_check
from push.providers.apple.meanings import APPLE_MEANINGS, BY_STATUS, OTHERWISE
from push.providers.apple.payload import apns_headers, apns_payload
from push.providers.apple.transport import apple_steps, apple_transport
from push.providers.disclosure import Disclosure
from push.providers.pem import certificate_describe, certificate_read
from push.providers.protocol import APN
from push.providers.provider import AnswersSection, DeviceKind, KeyFields, Provider
from push.providers.pushes import Push
from push.providers.routes import Route


def apple_credentials(source: PushSettings | ProviderKeys) -> AppleCredentials | None:
    """Return the token key, else the certificate of the service that *Production* chooses; None without either.

    An app's own row has one certificate, which is for the service that it chooses.
    """
    if source.apn_token_key and source.apn_token_key_id and source.apn_team_id:
        key = AppleTokenKey(source.apn_token_key, source.apn_token_key_id, source.apn_team_id)
        return AppleCredentials(key, production=source.production)
    prefix = "apn" if source.production or isinstance(source, ProviderKeys) else "apn_dev"
    certificate, key_pem, passphrase = (getattr(source, f"{prefix}_{part}") for part in ("cert", "key", "passphrase"))
    if not certificate or not key_pem:
        return None
    return AppleCredentials(AppleCertificate(certificate, key_pem, passphrase), production=source.production)


def credentials_end_at(source: PushSettings | ProviderKeys) -> datetime | None:
    """Return when the certificate in use expires; None for a token key, and for a certificate that cannot be read."""
    credentials = apple_credentials(source)
    if credentials is None or not isinstance(credentials.method, AppleCertificate):
        return None
    try:
        return certificate_read(credentials.method.certificate).expires_at
    except ValidationError:
        return None


def route_description(route: Route) -> str:
    """Return which of Apple's services the route goes to."""
    return _("Apple directly") if route.way.production else _("Apple directly, development service")


def sandbox_request(push: Push) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the JSON and headers that Apple would be sent now."""
    return apns_payload(push), apns_headers(push, at=timezone.now())


PROVIDER = Provider(
    kind="apple",
    label=gettext_lazy("Apple directly"),
    transport=apple_transport,
    push_steps=apple_steps,
    device=DeviceKind(
        type=APN,
        label=gettext_lazy("Apple"),
        carrier=gettext_lazy("Apple's push service"),
        icon="phone_iphone",
        default_name=gettext_lazy("Phone"),
        check_token=device_token_check,
        payload=PhonePayload(names_app=True),
        updates=PhonePayload(names_app=True),
        is_phone=True,
        replaces_shown=True,
        sandbox_request=sandbox_request,
    ),
    credentials=apple_credentials,
    credentials_check=apple_check,
    credentials_end_at=credentials_end_at,
    token_of_nobody="0" * 64,
    describe_route=route_description,
    setting="Push_apn_token_key",
    key_fields=KeyFields(
        title=gettext_lazy("Apple"),
        rows=(
            "apn_token_key",
            ("apn_token_key_id", "apn_team_id"),
            "apn_cert",
            "apn_key",
            "apn_passphrase",
        ),
        options=("production",),
        describe={"apn_cert": certificate_describe},
    ),
    codes={row.reason: row.sentence for row in APPLE_MEANINGS},
    answers=(
        AnswersSection(
            "Apple",
            "The code is the `reason` in the answer. Before anything is sent, a text is shortened until the push "
            "fits into 4,096 bytes; one that cannot be made to fit is refused as `PayloadTooLarge`. Credentials "
            "that cannot be used at all are reported as `UnusableCredentials`, without asking Apple. Many "
            "`BadDeviceToken` with nothing accepted mean that the Production setting is wrong: they pause the "
            "route as well.",
            (*APPLE_MEANINGS, *BY_STATUS.values(), OTHERWISE),
        ),
    ),
    docs="routes.md",
    disclosure=Disclosure(
        title="at Apple",
        places={
            "title": "aps.alert.title",
            "text": "aps.alert.body",
            "badge": "aps.badge",
            "sound": "aps.sound",
            "notId": "aps.thread-id",
            "topic": "apns-topic (header)",
            "ttl": "apns-expiration (header)",
            "identity": "apns-id and apns-collapse-id (headers)",
            "from": "messageFrom",
            "silent": "apns-push-type (header)",
            "passive": "aps.interruption-level",
            "collapse": "apns-collapse-id (header)",
            "contentAvailable": "aps.content-available",
            "apn.category": "aps.category",
            "payload.*": "ejson",
        },
    ),
)

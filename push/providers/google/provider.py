"""How Google's push service is used."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from push.content.phones import PhonePayload
from push.models import PushSettings
from push.models.keys import ProviderKeys
from push.providers.disclosure import Disclosure
from push.providers.google.checks import google_check
from push.providers.google.credentials import GoogleCredentials, service_account_describe
from push.providers.google.meanings import (
    BY_STATUS,
    GOOGLE_MEANINGS,
    OTHERWISE,
    TOKEN_INVALID,
    TOKEN_MEANINGS,
    TOO_LARGE,
)
from push.providers.google.payload import fcm_message
from push.providers.google.transport import google_steps, google_transport
from push.providers.protocol import GCM
from push.providers.provider import AnswersSection, DeviceKind, KeyFields, Provider
from push.providers.pushes import Push
from push.providers.tokens import plain_token_check


def google_credentials(source: PushSettings | ProviderKeys) -> GoogleCredentials | None:
    """Return the service account; None without one."""
    return GoogleCredentials(source.google_api_credentials) if source.google_api_credentials else None


def sandbox_request(push: Push) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the JSON that Google would be sent; all of it is in the body."""
    return fcm_message(push), {}


PROVIDER = Provider(
    kind="google",
    label=gettext_lazy("Google directly"),
    transport=google_transport,
    push_steps=google_steps,
    device=DeviceKind(
        type=GCM,
        label=gettext_lazy("Google"),
        carrier=gettext_lazy("Google's push service"),
        icon="phone_android",
        default_name=gettext_lazy("Phone"),
        check_token=plain_token_check,
        payload=PhonePayload(),
        updates=PhonePayload(),
        is_phone=True,
        sandbox_request=sandbox_request,
    ),
    credentials=google_credentials,
    credentials_check=google_check,
    token_of_nobody="token-of-no-device",  # noqa: S106
    setting="Push_google_api_credentials",
    key_fields=KeyFields(
        title=gettext_lazy("Google"),
        rows=("google_api_credentials",),
        describe={"google_api_credentials": service_account_describe},
    ),
    codes={row.reason: row.sentence for row in (*BY_STATUS.values(), *GOOGLE_MEANINGS, TOKEN_INVALID, *TOKEN_MEANINGS)},
    answers=(
        AnswersSection(
            "Google",
            "The code is the `errorCode` among the error's details, whatever the HTTP status. An "
            "`INVALID_ARGUMENT` kills a token only when it names the field `message.token`, or the registration "
            "token in words.",
            (*GOOGLE_MEANINGS[:1], TOKEN_INVALID, TOO_LARGE, *GOOGLE_MEANINGS[1:]),
        ),
        AnswersSection(
            "Google, without an `errorCode`",
            "Then the error's general `status` is the code. None of these kills a token.",
            (*BY_STATUS.values(), OTHERWISE),
        ),
        AnswersSection(
            "Google's access tokens",
            "The answers to a request for a token to send with. After a 401 a new one is requested once.",
            (*TOKEN_MEANINGS, OTHERWISE),
        ),
    ),
    docs="routes.md",
    disclosure=Disclosure(
        title="at Google",
        places={
            "title": "title",
            "text": "message",
            "badge": "msgcnt",
            "sound": "soundname",
            "notId": "notId",
            "ttl": "android.ttl",
            "passive": "android.priority",
            "collapse": "tag and android.collapse_key",
            "gcm.style": "style",
            "gcm.image": "image",
            "payload.*": "ejson",
        },
    ),
)

"""The canonical form of device tokens, so that one device is registered once however its client spells the token."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from push.models import DeviceType
from workspace.errors import ApplicationError

# Apple: "Registering your app with APNs": a token is binary data of variable length, which apps send as hexadecimal
# digits. Today's have 32 bytes; those of Live Activities and simulators have up to 100.
APPLE_TOKEN = re.compile(r"[0-9a-f]{64,200}")
# What older apps add when they print the token's bytes, such as `<a3748209 676a2203 …>`.
APPLE_DECORATION = re.compile(r"[<>\s]")
UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f]")


class TokenError(ApplicationError):
    """A device token that its provider could not have issued; the message says what is wrong."""

    def __init__(self, message: str) -> None:
        super().__init__("invalid-params", message)


def token_normalize(*, type: str, token: str) -> str:
    """Return the canonical form of a device token of this type.

    Apple's tokens become lower-case hexadecimal digits without `<>` and spaces; others lose surrounding whitespace.
    Raises TokenError if the provider could not have issued the token.
    """
    if type == DeviceType.APN:
        bare = APPLE_DECORATION.sub("", token).lower()
        if not APPLE_TOKEN.fullmatch(bare):
            raise TokenError(_("An Apple device token consists of 64 to 200 hexadecimal digits."))
        return bare
    bare = token.strip()
    if not bare or UNPRINTABLE.search(bare):
        raise TokenError(_("A device token must not be empty or contain spaces or control characters."))
    return bare


def token_normalize_leniently(*, type: str, token: str) -> str:
    """Return the canonical form of a device token, or the token as it is if it has none.

    For tokens that another server sends: whether the device exists is for its provider to say.
    """
    try:
        return token_normalize(type=type, token=token)
    except TokenError:
        return token


def token_spellings(token: str) -> set[str]:
    """Return the forms under which a token of unknown type may be stored."""
    return {token, *(token_normalize_leniently(type=type, token=token) for type in DeviceType.values)}

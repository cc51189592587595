"""The canonical form of device tokens, so that one device is registered once however its client spells the token."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from push.providers.registry import device_kind, device_kinds
from workspace.errors import ApplicationError

if TYPE_CHECKING:
    from push.providers.provider import DeviceKind

UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f]")


class TokenError(ApplicationError):
    """A device token that its provider could not have issued; the message describes the problem."""

    def __init__(self, message: str) -> None:
        super().__init__("invalid-params", message)


def plain_token_check(token: str) -> str:
    """Return the token without surrounding whitespace; raises TokenError if it is empty or cannot be printed."""
    bare = token.strip()
    if not bare or UNPRINTABLE.search(bare):
        raise TokenError(_("A device token must not be empty or contain spaces or control characters."))
    return bare


def token_normalize(*, type: str, token: str) -> str:
    """Return the canonical form of a device token of this type.

    Raises TokenError if the provider could not have issued the token.
    """
    return device_kind(type).check_token(token)


def token_normalize_leniently(*, type: str, token: str) -> str:
    """Return the canonical form of a device token, or the token as it is if it has none.

    For tokens that another server sends: only its provider knows whether the device exists.
    """
    try:
        return token_normalize(type=type, token=token)
    except TokenError:
        return token


def token_spellings(token: str) -> set[str]:
    """Return the forms under which a token of unknown type may be stored."""
    return {token, *(stored_form(kind, token) for kind in device_kinds())}


def stored_form(kind: DeviceKind, token: str) -> str:
    """Return the form in which a device of this type stores the token, or the token if it cannot be one of the type."""
    try:
        normal = kind.check_token(token)
    except TokenError:
        return token
    return kind.stored_token(normal) if kind.stored_token else normal

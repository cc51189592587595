"""The canonical form of Apple's device tokens."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from push.providers.tokens import TokenError

# Apple: "Registering your app with APNs": a token is binary data of variable length, which apps send as hexadecimal
# digits. Today's have 32 bytes; those of Live Activities and simulators have up to 100.
TOKEN = re.compile(r"[0-9a-f]{64,200}")
# What older apps add when they print the token's bytes, such as `<a3748209 676a2203 …>`.
DECORATION = re.compile(r"[<>\s]")


def device_token_check(token: str) -> str:
    """Return the token as lower-case hexadecimal digits without `<>` and spaces. Raises TokenError otherwise."""
    bare = DECORATION.sub("", token).lower()
    if not TOKEN.fullmatch(bare):
        raise TokenError(_("An Apple device token consists of 64 to 200 hexadecimal digits."))
    return bare

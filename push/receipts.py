"""Proofs that a device has a notification: whoever can read what was sent to it knows a token that nobody can guess."""

from __future__ import annotations

from django.core import signing

SIGNER = signing.Signer(salt="push.receipts")


def receipt_token(notification_key: int, device_key: int) -> str:
    """Return the token by which the device tells that it has the notification; nothing else can be done with it."""
    return SIGNER.sign(f"{notification_key}.{device_key}")


def receipt_read(token: str) -> tuple[int, int] | None:
    """Return the keys of the notification and the device; None for a token that was not signed here."""
    try:
        notification_key, device_key = SIGNER.unsign(token).split(".")
        return int(notification_key), int(device_key)
    except (signing.BadSignature, ValueError):
        # Not signed here, or by a version that wrote other tokens.
        return None

"""Tokens with which a device confirms that it received a notification. Only the device gets the token, in the push."""

from __future__ import annotations

from django.core import signing

SIGNER = signing.Signer(salt="push.receipts")


def receipt_token(notification_key: int, device_key: int) -> str:
    """Return the token with which the device confirms the notification; it gives no other access."""
    return SIGNER.sign(f"{notification_key}.{device_key}")


def receipt_read(token: str) -> tuple[int, int] | None:
    """Return the keys of the notification and the device; None for an invalid token."""
    try:
        notification_key, device_key = SIGNER.unsign(token).split(".")
        return int(notification_key), int(device_key)
    except (signing.BadSignature, ValueError):
        # Not signed by this installation, or by a version with another token format.
        return None

"""Encryption of stored secrets, with keys derived from `SECRET_KEY` and `ENCRYPTION_KEY`."""

from __future__ import annotations

import base64
import hashlib
import logging
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from workspace.logs.events import LogEvent

SECRET_UNREADABLE = LogEvent(
    "secret.unreadable",
    "A stored secret cannot be decrypted with the present `ENCRYPTION_KEY` and `SECRET_KEY`. It counts as empty.",
    {"name": "the setting"},
    logging.ERROR,
)

# Marks an encrypted text in places that may also contain plain text.
MARK = "encrypted:"


@lru_cache(maxsize=8)
def _cipher(secret_keys: tuple[str, ...], salts: tuple[str, ...]) -> MultiFernet:
    # Deriving a key takes tens of milliseconds, so the cipher is cached and shared.
    return MultiFernet([_fernet(secret_key, salt) for secret_key in secret_keys for salt in salts])


def _fernet(secret_key: str, salt: str) -> Fernet:
    # Derived like in the library encrypted_fields.
    key = hashlib.pbkdf2_hmac("sha256", secret_key.encode(), salt.encode(), 100_000, dklen=32)
    return Fernet(base64.urlsafe_b64encode(key))


def cipher() -> MultiFernet:
    """Return the cipher of the configured keys. The first key encrypts; all of them decrypt."""
    secret_keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS, *settings.SECRET_KEY_PREVIOUS)
    return _cipher(secret_keys, tuple(settings.SALT_KEY))


def newest_cipher() -> MultiFernet:
    """Return the cipher of the key that encrypts new values, and of no other key."""
    return _cipher((settings.SECRET_KEY,), (settings.SALT_KEY[0],))


def text_encrypt(text: str) -> str:
    """Return the text encrypted, without the mark."""
    return cipher().encrypt(text.encode()).decode()


def text_decrypt(encrypted: str, *, name: object) -> str:
    """Return the decrypted text. If no key decrypts it, log `name` and return an empty text."""
    try:
        return cipher().decrypt(encrypted.encode()).decode()
    except InvalidToken:
        SECRET_UNREADABLE.log(name=str(name))
        return ""

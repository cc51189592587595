"""The model field of secret settings: encrypted at rest, read only by the code that needs it."""

from __future__ import annotations

import base64
import hashlib
import logging
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from encrypted_fields.fields import EncryptedTextField

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    BaseField = models.TextField[str, str]
else:
    BaseField = EncryptedTextField

log = logging.getLogger(__name__)

SECRET_MAX_LENGTH = 65_536


@lru_cache(maxsize=8)
def _cipher(secret_keys: tuple[str, ...], salts: tuple[str, ...]) -> MultiFernet:
    # Deriving a key takes tens of milliseconds, so all fields share what the configuration gives.
    return MultiFernet([_fernet(secret_key, salt) for secret_key in secret_keys for salt in salts])


def _fernet(secret_key: str, salt: str) -> Fernet:
    # As the library derives it (encrypted_fields), which knows no former keys other than those that also verify.
    key = hashlib.pbkdf2_hmac("sha256", secret_key.encode(), salt.encode(), 100_000, dklen=32)
    return Fernet(base64.urlsafe_b64encode(key))


def cipher() -> MultiFernet:
    """Return the cipher of the configured keys: the first encrypts, each of them decrypts."""
    return _cipher((settings.SECRET_KEY, *settings.SECRET_KEY_PREVIOUS), tuple(settings.SALT_KEY))


class SecretField(BaseField):
    """A text that is encrypted in the database; empty when there is none.

    Unlike the library's field it decrypts what comes from the database and nothing else, so that validating a value
    in one thread never leaves another with undecrypted text, and a value that no key opens is empty, not gibberish.
    """

    default_validators = [MaxLengthValidator(SECRET_MAX_LENGTH)]

    def __init__(self, *args: Any, multiline: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **{"blank": True, "default": "", **kwargs})
        self.multiline = multiline

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for derived in ("validators", "multiline"):
            kwargs.pop(derived, None)
        return name, path, args, kwargs

    def get_prep_value(self, value: Any) -> str:
        return cipher().encrypt(str(value).encode()).decode() if value else ""

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        return value if prepared else self.get_prep_value(value)

    def from_db_value(self, value: str | None, *_context: object) -> str:
        if not value:
            return ""
        try:
            return cipher().decrypt(value.encode()).decode()
        except InvalidToken:
            log.error("%s cannot be decrypted with the present ENCRYPTION_KEY and SECRET_KEY.", self)
            return ""

    def to_python(self, value: Any) -> Any:
        return value if value is None else str(value)

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        value = self.to_python(value)
        self.validate(value, model_instance)
        self.run_validators(value)
        return value

"""The model field for secrets: encrypted in the database, decrypted only for the code that needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.validators import MaxLengthValidator
from django.db import models
from encrypted_fields.fields import EncryptedTextField

from workspace.security.encryption import MARK, text_decrypt, text_encrypt

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    BaseField = models.TextField[str, str]
else:
    BaseField = EncryptedTextField

SECRET_MAX_LENGTH = 65_536


class SecretField(BaseField):
    """A text that is encrypted in the database; empty if there is none.

    In contrast to the library's field, it decrypts only values from the database. Validation therefore has no side
    effects on other threads, and a value that no key decrypts is empty.
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
        text = str(value or "")
        # Already encrypted, as written by `manage.py dumpdata`.
        return text.removeprefix(MARK) if text.startswith(MARK) else text and text_encrypt(text)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        return value if prepared else self.get_prep_value(value)

    def from_db_value(self, value: str | None, *_context: object) -> str:
        return text_decrypt(value, name=self) if value else ""

    def value_to_string(self, obj: models.Model) -> str:
        """Return the value for `manage.py dumpdata`: encrypted, as in the database."""
        value = self.get_prep_value(self.value_from_object(obj))
        return value and MARK + value

    def to_python(self, value: Any) -> Any:
        return value if value is None else str(value)

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        value = self.to_python(value)
        self.validate(value, model_instance)
        self.run_validators(value)
        return value

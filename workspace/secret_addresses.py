"""Model fields for addresses that may contain secrets (workspace/address_masks.py)."""

from __future__ import annotations

from typing import Any

from workspace.address_masks import has_secrets
from workspace.http_addresses import (
    AddressJsonField,
    AddressLinesField,
    HttpAddressField,
    own_site_fill_in,
    own_site_replace,
)
from workspace.security.encryption import MARK as ENCRYPTED
from workspace.security.encryption import text_decrypt, text_encrypt


class AddressSecretsMixin:
    """A model field for addresses. Values that contain a secret are encrypted in the database."""

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(self._encrypted(value))  # type: ignore[misc]

    def from_db_value(self, value: Any, *context: Any) -> Any:
        value = super().from_db_value(value, *context)  # type: ignore[misc]
        if not isinstance(value, str) or not value.startswith(ENCRYPTED):
            return value
        return own_site_fill_in(text_decrypt(value.removeprefix(ENCRYPTED), name=self))

    def value_to_string(self, obj: Any) -> Any:
        """Return the value for `manage.py dumpdata`, encrypted if it contains a secret."""
        return self._encrypted(self.value_from_object(obj))  # type: ignore[attr-defined]

    @staticmethod
    def _encrypted(value: Any) -> Any:
        return ENCRYPTED + text_encrypt(own_site_replace(value)) if has_secrets(value) else value


class SecretAddressLinesField(AddressSecretsMixin, AddressLinesField):
    """Server addresses, one per line, which may contain secrets."""


class SecretAddressJsonField(AddressSecretsMixin, AddressJsonField):
    """A JSON value that may be a server address with a secret."""


class SecretAddressField(AddressSecretsMixin, HttpAddressField):
    """A server address that may contain a secret."""

    def get_internal_type(self) -> str:
        # An encrypted address exceeds `max_length`.
        return "TextField"

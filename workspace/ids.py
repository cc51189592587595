"""Public ids: what clients see in place of the internal keys (docs/keys.md says why there are two)."""

from __future__ import annotations

import secrets
import string
from typing import TYPE_CHECKING, Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

PUBLIC_ID_LENGTH = 17
ALPHABET = string.ascii_letters + string.digits

public_id_validator = RegexValidator(
    rf"\A[A-Za-z0-9]{{1,{PUBLIC_ID_LENGTH}}}\Z", _("An id is made of up to 17 letters and digits.")
)


def public_id_new() -> str:
    """Return a fresh random id of 17 letters and digits, the form that existing clients create and expect."""
    return "".join(secrets.choice(ALPHABET) for _position in range(PUBLIC_ID_LENGTH))


def is_random_id(text: str) -> bool:
    """Return True if the id looks random, so that it does not say what it is the id of; `GENERAL` does.

    A random id has 17 characters with both cases among them; one in some 10,000 has not, and counts as readable.
    """
    return len(text) == PUBLIC_ID_LENGTH and text != text.upper() and text != text.lower()


if TYPE_CHECKING:
    TextField = models.CharField[str, str]
else:
    TextField = models.CharField


class PublicIdField(TextField):
    """A row's id as clients see it, made when the row is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        defaults: dict[str, Any] = {
            "verbose_name": _("id"),
            "max_length": PUBLIC_ID_LENGTH,
            "unique": True,
            "default": public_id_new,
            "editable": False,
            "validators": [public_id_validator],
        }
        super().__init__(*args, **{**defaults, **kwargs})

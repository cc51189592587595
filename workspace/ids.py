"""Public ids, which clients see instead of the primary keys (docs/keys.md explains why there are two)."""

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
    """Return a new random id of 17 letters and digits, the format that existing clients use and expect."""
    # One random number instead of one for each character, which took ten times as long.
    number = secrets.randbelow(len(ALPHABET) ** PUBLIC_ID_LENGTH)
    characters = []
    for _position in range(PUBLIC_ID_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[place])
    return "".join(characters)


def is_random_id(text: str) -> bool:
    """Return True if the id looks random. `GENERAL`, for example, is readable and reveals something about the object.

    A random id has 17 characters, both upper and lower case. One in about 10,000 has not, and counts as readable.
    """
    return len(text) == PUBLIC_ID_LENGTH and text != text.upper() and text != text.lower()


if TYPE_CHECKING:
    TextField = models.CharField[str, str]
else:
    TextField = models.CharField


class PublicIdField(TextField):
    """The id of a row for clients, generated when the row is created."""

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

"""The one-time code that protects the first page of a new installation.

It is not stored: it is derived from `SECRET_KEY`, so that every process accepts it and `manage.py setupcode` can print
it again. Access to the database or a backup does not reveal it.
"""

from __future__ import annotations

from django.utils.crypto import constant_time_compare, salted_hmac

from push.models import SetupProgress
from workspace.models import GeneralSettings

# Without vowels, so that no words appear, and without characters that are easily confused.
ALPHABET = "BCDFGHJKLMNPQRSTVWXZ23456789"
# 12 of 28 characters are 57 bits. At the permitted rate, guessing takes longer than the universe exists.
GROUPS, GROUP_LENGTH = 3, 4


def setup_code(progress: SetupProgress) -> str:
    """Return the code, such as `KX4T-9PDM-C7WB`."""
    key = f"{GeneralSettings.stored().unique_id}:{progress.seed}"
    number = int.from_bytes(salted_hmac("push.setup-code", key, algorithm="sha256").digest())
    letters = []
    for _position in range(GROUPS * GROUP_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    drawn = "".join(letters)
    return "-".join(drawn[start : start + GROUP_LENGTH] for start in range(0, len(drawn), GROUP_LENGTH))


def code_matches(progress: SetupProgress, entered: str) -> bool:
    """Return True if this is the code, ignoring case, spaces and dashes; takes the same time for every code."""
    return constant_time_compare(normalized(entered), normalized(setup_code(progress)))


def normalized(code: str) -> str:
    """Return the code without what people may enter differently."""
    return "".join(character for character in code.upper() if character.isalnum())

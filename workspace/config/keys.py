"""Checks whether a key is secure enough for production: long, random, and not from a published text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from django.core.exceptions import ImproperlyConfigured

# 32 hexadecimal digits contain 128 random bits.
MIN_LENGTH = 32
MIN_DIFFERENT = 8
# In a random key, hardly any run of three characters repeats; in a repeated word, most do.
MIN_UNIQUE_RUNS = 0.75
# Words in keys from documentation, templates and earlier versions of this project. Random keys contain none.
PLACEHOLDERS = (
    *("changeme", "change-me", "change_me", "replace", "insecure", "example", "placeholder", "password", "passphrase"),
    *("secret", "your-", "your_", "default", "callboard", "django", "qwerty"),
)
ADVICE = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"


def key_check(name: str, key: str) -> None:
    """Reject a missing, short, guessable or published key with ImproperlyConfigured, which never quotes the key."""
    if not key:
        raise ImproperlyConfigured(f"{name} (or {name}_FILE) must be set in production. {ADVICE}")
    if problem := key_problem(key):
        raise ImproperlyConfigured(f"{name} {problem} {ADVICE}")


def key_problem(key: str) -> str:
    """Return what is wrong with a key, as the rest of a sentence; empty if nothing is."""
    if len(key) < MIN_LENGTH:
        return f"must have at least {MIN_LENGTH} characters in production."
    if any(word in key.lower() for word in PLACEHOLDERS):
        return "is an example, not a random key; production needs a key that nobody else knows."
    codes = [ord(character) for character in key]
    # Repetitions are found in the characters, sequences (abcdef) in the differences between them.
    steps = [after - before for before, after in pairwise(codes)]
    if len(set(codes)) < MIN_DIFFERENT or min(unique_runs(codes), unique_runs(steps)) < MIN_UNIQUE_RUNS:
        return "is too easy to guess for production."
    return ""


def unique_runs(values: Sequence[int]) -> float:
    """Return the share of distinct runs of three successive values (0 to 1)."""
    runs = [tuple(values[start : start + 3]) for start in range(len(values) - 2)]
    return len(set(runs)) / len(runs)

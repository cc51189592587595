"""Loading large libraries when they are first used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.utils.functional import SimpleLazyObject


def lazy_module(name: str) -> Any:
    """Return the module of this name, which is imported when an attribute is first used.

    For libraries that need much time or memory, and that most processes never use.
    """
    return SimpleLazyObject(lambda: import_module(name))

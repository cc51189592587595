"""Lazy imports of large libraries."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.utils.functional import SimpleLazyObject


def lazy_module(name: str) -> Any:
    """Return a proxy for the module, which is imported when an attribute is first used.

    For libraries that are slow to import or need much memory, and that most processes never use.
    """
    return SimpleLazyObject(lambda: import_module(name))

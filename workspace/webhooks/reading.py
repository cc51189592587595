"""Reading values of payloads, which may be missing or have any type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def text_in(values: Any, *path: str) -> str:
    """Return the text or number at the path as text; empty if there is none."""
    value = value_in(values, *path)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


def texts_in(values: Any, *path: str) -> list[str]:
    """Return the texts at the path, which may be one text with commas or a list, without duplicates."""
    value = value_in(values, *path)
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    texts = [part.strip() for part in parts if isinstance(part, str)]
    return list(dict.fromkeys(text for text in texts if text))


def object_in(values: Any, *path: str) -> Mapping[str, Any]:
    """Return the object at the path; empty if there is none."""
    value = value_in(values, *path)
    return value if isinstance(value, Mapping) else {}


def objects_in(values: Any, *path: str) -> list[Mapping[str, Any]]:
    """Return the objects in the list at the path."""
    value = value_in(values, *path)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def value_in(values: Any, *path: str) -> Any:
    """Return the value at the path; None if there is none."""
    for key in path:
        values = values.get(key) if isinstance(values, Mapping) else None
    return values

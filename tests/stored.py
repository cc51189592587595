"""Stored values as other versions of the product may have written them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# Values that no field of a stored object may have.
UNREADABLE = [None, {"no": "such value"}]


def other_versions(stored: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the object without each of its fields, with each of them unreadable, and with an unknown one."""
    for name in stored:
        yield f"without {name}", {key: value for key, value in stored.items() if key != name}
        yield f"with an unreadable {name}", {**stored, name: UNREADABLE}
    yield "with an unknown field", {**stored, "added_later": {"by": "another version"}}

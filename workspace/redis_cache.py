"""Serialization of cached values as JSON. Pickle would execute code contained in the data."""

from __future__ import annotations

import json
from typing import Any


class JsonSerializer:
    """Serializes cached values, which must be JSON types."""

    def dumps(self, value: Any) -> int | bytes:
        """Return the value as stored in Redis. Integers stay integers, so that Redis can increment them."""
        return value if type(value) is int else json.dumps(value, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        """Return a stored value; None if it is not JSON, such as a pickle of an earlier version."""
        try:
            return json.loads(data)
        except ValueError:
            return None

"""How cached values are written to Redis: as JSON, since unpickling runs whatever code the data names."""

from __future__ import annotations

import json
from typing import Any


class JsonSerializer:
    """Writes and reads cached values; they must be of JSON's types."""

    def dumps(self, value: Any) -> int | bytes:
        """Return the value as Redis stores it; an integer stays one, so that Redis can increment it."""
        return value if type(value) is int else json.dumps(value, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        """Return the stored value; None for what is not JSON, such as the pickles of an earlier version."""
        try:
            return json.loads(data)
        except ValueError:
            return None

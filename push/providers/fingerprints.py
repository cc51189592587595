"""Short digests that distinguish credentials without revealing them."""

from __future__ import annotations

import hashlib


def digest(*parts: str) -> str:
    """Return a short digest of the texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

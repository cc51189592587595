"""Limits of sockets. Each has an answer that the client understands (docs/websocket.md)."""

from __future__ import annotations

import math
import time
from collections import Counter
from typing import Any

# The size of a message from the client in bytes, before and after it has signed in.
MESSAGE_BYTES = 256 * 1024
ANONYMOUS_MESSAGE_BYTES = 16 * 1024
# Messages of a socket: this many at once, and this many per second in the long run. A client that continues regardless
# is disconnected after so many rejected messages.
BURST = 200
PER_SECOND = 20
MAX_REJECTED = 500
# Messages that wait for earlier ones of the same socket. After that, nothing more is read from the client.
MAX_WAITING = 100
SUBSCRIPTIONS = 500
# Sockets of an account, and sockets from an address that have not signed in, in each web process. After a restart, all
# people of an office may connect at the same time.
SOCKETS_PER_USER = 50
ANONYMOUS_PER_ADDRESS = 1_000
# Frames that a client has not read yet, by number and total length. Frames of events are shared between sockets.
UNREAD_FRAMES = 1_000
UNREAD_LENGTH = 4_000_000
# Seconds of silence after which the server sends a ping, and after which it closes the socket.
PING_SECONDS = 30.0
SILENCE_SECONDS = 60.0


class TokenBucket:
    """Counts messages: `BURST` at once, and `PER_SECOND` in the long run."""

    __slots__ = ("_at", "_tokens", "rejected")

    def __init__(self) -> None:
        self._tokens = float(BURST)
        self._at = time.monotonic()
        # How many messages in a row were rejected.
        self.rejected = 0

    def take(self) -> int:
        """Count a message; returns the seconds to wait if it is rejected, else 0."""
        now = time.monotonic()
        self._tokens = min(BURST, self._tokens + (now - self._at) * PER_SECOND)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            self.rejected = 0
            return 0
        self.rejected += 1
        return math.ceil((1 - self._tokens) / PER_SECOND)


class Places:
    """Counts how many of something each owner has, up to a limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._taken: Counter[Any] = Counter()

    def has_room(self, owner: Any) -> bool:
        """Return True if the owner has not reached the limit."""
        return self._taken.get(owner, 0) < self.limit

    def take(self, owner: Any) -> None:
        """Count one more, even beyond the limit."""
        self._taken[owner] += 1

    def leave(self, owner: Any) -> None:
        """Count one less."""
        self._taken[owner] -= 1
        if self._taken[owner] <= 0:
            del self._taken[owner]

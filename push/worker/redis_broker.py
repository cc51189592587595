"""The task queue's broker in Redis. A separate module, so that installations without Redis do not load its library."""

from __future__ import annotations

from django.conf import settings
from django_q.brokers.redis_broker import Redis
from redis import Redis as Server
from redis import RedisError

from push.worker.brokers import Tasks, trouble_log
from push.worker.signing import PackageFilter

# BLPOP waits for one second; a server that sends nothing for this long is considered dead.
SOCKET_SECONDS = 5


class RedisBroker(Redis):  # type: ignore[misc]
    """Stores tasks in Redis."""

    _filter = PackageFilter()

    @staticmethod
    def get_connection(list_key: str | None = None) -> Server:
        """Return a client with timeouts for an unresponsive server."""
        server: Server = Server.from_url(
            settings.REDIS_URL, socket_timeout=SOCKET_SECONDS, socket_connect_timeout=SOCKET_SECONDS
        )
        return server

    def ping(self) -> bool:
        """Return True, because the processes also start without the server and wait for it."""
        return True

    def dequeue(self) -> Tasks:
        """Return the next task, or None if the server is unavailable."""
        try:
            # Redis removes tasks when it returns them.
            tasks = self._filter.valid(super().dequeue() or [])
        except RedisError as error:
            trouble_log("Redis server", error)
            return None
        return tasks

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        """Do nothing: the state of the cluster's processes is not used."""

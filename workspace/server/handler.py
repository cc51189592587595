"""Django's ASGI handler, with all middleware and the view of a request in one call on a thread that is used again.

Django's own handler switches several times between the event loop and the thread of the request, because some of the
middleware could run on the event loop, and starts two threads for each request. All views and middleware of this site
are synchronous, so one call is enough.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import connections
from django.http import FileResponse, HttpRequest, HttpResponseBase

# Idle threads that are kept for further requests. Their number does not limit how many requests run at the same time.
MAX_IDLE = 16


class RequestThread(ThreadPoolExecutor):
    """One thread, which runs the calls of one request at a time."""

    def __init__(self) -> None:
        super().__init__(max_workers=1, thread_name_prefix="request")
        self._last: Future[Any] | None = None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run the function on the thread, after those that were submitted before."""
        self._last = super().submit(fn, *args, **kwargs)
        return self._last

    @property
    def is_idle(self) -> bool:
        """Return True unless a call is running, such as that of a request whose client has disconnected."""
        return self._last is None or self._last.done()


class RequestThreads:
    """The threads of requests. Only the event loop may use it."""

    def __init__(self) -> None:
        self._idle: deque[RequestThread] = deque()

    def take(self) -> RequestThread:
        """Return an idle thread, or a new one."""
        return self._idle.pop() if self._idle else RequestThread()

    def put_back(self, thread: RequestThread) -> None:
        """Keep the thread for another request; let it end if it is still busy or if enough threads are idle."""
        if thread.is_idle and len(self._idle) < MAX_IDLE:
            self._idle.append(thread)
        else:
            thread.shutdown(wait=False)


class SiteHandler(ASGIHandler):
    """Handles HTTP requests. The database connections of the thread are closed when the response is complete."""

    def __init__(self) -> None:
        super().__init__()
        self._threads = RequestThreads()

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise ValueError(f"Django cannot handle {scope['type']} connections.")
        thread = self._threads.take()
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self.handle(scope, receive, send)
        finally:
            self._threads.put_back(thread)

    async def run_get_response(self, request: HttpRequest) -> HttpResponseBase:
        response = await sync_to_async(self._respond, thread_sensitive=True)(request)
        response._handler_class = type(self)  # type: ignore[attr-defined]
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        return response

    def _respond(self, request: HttpRequest) -> HttpResponseBase:
        """Return the response. A connection to SQLite would otherwise outlive its file, such as after a restore."""
        try:
            return self.get_response(request)
        finally:
            connections.close_all()

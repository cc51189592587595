"""Sends the requests of Apprise's plugins over this application's own HTTP engine.

A plugin calls the library requests, and waits for each answer. Here it is run without a network: when it makes a
request, the run is stopped, and the request is returned. It is sent like those of every other provider: with the checks
of addresses, the time limits, the proxy and the lanes of push/http, without following redirects, and without a thread
that waits for a slow service. Then the plugin is run again from the beginning, and its request is answered with what
the service answered. A run takes about 50 microseconds, and most services need one request.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from push.http.requests import HttpAnswer
from push.lazy_modules import lazy_module

requests = lazy_module("requests")

# A plugin that makes more requests for one notification is given up.
MOST_REQUESTS = 10


class Suspended(BaseException):
    """Stops a plugin at a request that has no answer yet. Plugins catch Exception, so it is no subclass of that."""

    def __init__(self, request: Any) -> None:
        super().__init__()
        self.request = request


@dataclass(slots=True)
class Replay:
    """One run of a plugin, with the answers to its first requests."""

    answers: Sequence[HttpAnswer]
    used: int = field(default=0)

    def answer(self, request: Any) -> Any:
        """Return the answer to the next request; raises Suspended if there is none yet."""
        if self.used == len(self.answers):
            raise Suspended(request)
        answer = self.answers[self.used]
        self.used += 1
        if answer.status is None:
            raise requests.ConnectionError(answer.error)
        return response_of(answer, request)


class Current(threading.local):
    """The run of this thread."""

    replay: Replay | None = None


_current = Current()


@contextmanager
def replaying(answers: Sequence[HttpAnswer]) -> Iterator[None]:
    """Answer the requests of plugins in this thread with these answers."""
    _current.replay = Replay(answers)
    try:
        yield
    finally:
        _current.replay = None


class GuardedRequests(ModuleType):
    """Takes the place of the library requests in a plugin's module. Nothing is ever sent from there."""

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)

    def request(self, method: str, url: str, **options: Any) -> Any:
        """Return the recorded answer to this request. Without a run, as when a plugin is deleted, nothing is sent."""
        if _current.replay is None:
            raise requests.ConnectionError("Requests of plugins are sent by push.http only.")
        used = {
            name: options[name] for name in ("headers", "params", "data", "json", "files", "auth") if name in options
        }
        return _current.replay.answer(requests.Request(method.upper(), url, **used).prepare())

    def get(self, url: str, params: Any = None, **options: Any) -> Any:
        return self.request("GET", url, params=params, **options)

    def post(self, url: str, data: Any = None, json: Any = None, **options: Any) -> Any:
        return self.request("POST", url, data=data, json=json, **options)

    def put(self, url: str, data: Any = None, **options: Any) -> Any:
        return self.request("PUT", url, data=data, **options)

    def delete(self, url: str, **options: Any) -> Any:
        return self.request("DELETE", url, **options)


GUARDED = GuardedRequests("requests")


def guard_requests(module: ModuleType) -> None:
    """Replace the library requests in a plugin's module."""
    if hasattr(module, "requests"):
        vars(module)["requests"] = GUARDED


def response_of(answer: HttpAnswer, request: Any) -> Any:
    """Return an answer of the engine as a response of the library requests."""
    response = requests.Response()
    response.status_code = answer.status
    response.headers.update(answer.headers)
    response.url, response.request = request.url, request
    response.encoding = "utf-8"
    response._content = answer.body
    return response

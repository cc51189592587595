"""A DDP client: the socket of an app."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from typing import Any

from websockets.sync.client import connect

DEADLINE = 30.0


class DdpError(Exception):
    """The server has answered a method or a subscription with an error."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(json.dumps(error))
        self.error = error


class DdpSocket:
    """Sends the frames of the mobile app, and keeps the events that it receives."""

    def __init__(self, url: str, **headers: str) -> None:
        self.events: list[tuple[str, str, list[Any]]] = []
        self._ids = count(1)
        address = url.replace("http", "ws", 1) + "/websocket"
        self._stack = ExitStack()
        self._socket = self._stack.enter_context(
            connect(address, additional_headers=headers, max_size=None, compression=None)
        )
        self.send(msg="connect", version="1", support=["1", "pre2", "pre1"])
        self.session = self._wait(lambda frame: frame.get("msg") == "connected")["session"]

    def close(self) -> None:
        self._stack.close()

    def send(self, **frame: Any) -> None:
        self._socket.send(json.dumps(frame))

    def ping(self) -> None:
        """Send a ping and wait for the answer."""
        self.send(msg="ping")
        self._wait(lambda frame: frame.get("msg") == "pong")

    def call(self, method: str, *params: Any) -> Any:
        """Return the result of a method. Raises DdpError."""
        key = f"ddp-react-native-{next(self._ids)}"
        self.send(msg="method", method=method, params=list(params), id=key)
        frame = self._wait(lambda frame: frame.get("msg") == "result" and frame["id"] == key)
        self._wait(lambda frame: frame.get("msg") == "updated" and key in frame["methods"])
        if "error" in frame:
            raise DdpError(frame["error"])
        return frame.get("result")

    def subscribe(self, name: str, *params: Any) -> str:
        """Subscribe to a stream and return the subscription's id. Raises DdpError."""
        key = f"ddp-react-native-{next(self._ids)}"
        self.send(msg="sub", id=key, name=name, params=list(params))
        frame = self._wait(lambda frame: key in frame.get("subs", ()) or frame.get("id") == key)
        if frame["msg"] == "nosub":
            raise DdpError(frame["error"])
        return key

    def unsubscribe(self, key: str) -> None:
        """End a subscription and wait for the answer."""
        self.send(msg="unsub", id=key)
        self._wait(lambda frame: frame.get("msg") == "nosub" and frame["id"] == key)

    def hear(self, name: str, event: str, matches: Callable[[list[Any]], bool] = lambda args: True) -> list[Any]:
        """Wait for an event of a stream, which may have been received already, and return its arguments."""

        def found() -> list[Any] | None:
            return next((args for one in self.events if one[:2] == (name, event) and matches(args := one[2])), None)

        while (args := found()) is None:
            self._wait(lambda frame: frame.get("msg") == "changed")
        return args

    def _wait(self, matches: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Receive until a frame matches and return it. Pings are answered and events kept."""
        end = time.monotonic() + DEADLINE
        while True:
            frame: dict[str, Any] = json.loads(self._socket.recv(timeout=max(end - time.monotonic(), 0)))
            if frame.get("msg") == "ping":
                self.send(msg="pong")
            if frame.get("msg") == "changed":
                fields = frame["fields"]
                self.events.append((frame["collection"], fields.get("uid") or fields["eventName"], fields["args"]))
            if matches(frame):
                return frame

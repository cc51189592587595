"""The texts of web-socket messages: DDP messages, alone or in the envelope of SockJS."""

from __future__ import annotations

import json
from enum import Enum
from functools import lru_cache
from typing import Any

from workspace.api.methods.ejson import ejson_text


class Framing(Enum):
    """How DDP messages are sent: alone, or as SockJS sends them (https://sockjs.github.io/sockjs-protocol)."""

    RAW = "raw"
    SOCKJS = "sockjs"

    @property
    def opening(self) -> str:
        """The first text on a socket; empty if there is none."""
        return "o" if self is Framing.SOCKJS else ""

    def wrap(self, message: str) -> str:
        """Return the text that carries a DDP message to the client."""
        return sockjs_envelope(message) if self is Framing.SOCKJS else message

    def wrap_shared(self, message: str) -> str:
        """Return the text that carries a DDP message to many clients, which is built once."""
        return shared_envelope(message) if self is Framing.SOCKJS else message

    def unwrap(self, text: str) -> list[str]:
        """Return the DDP messages in a text from the client; raises ValueError if the envelope is malformed."""
        if self is Framing.RAW or not text:
            return [text] if text else []
        try:
            messages = json.loads(text)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        messages = [messages] if isinstance(messages, str) else messages
        if not isinstance(messages, list) or not all(isinstance(message, str) for message in messages):
            raise ValueError("no list of messages")
        return messages

    def closing(self, code: int, reason: str) -> str:
        """Return the last text on a socket; empty if there is none."""
        return f"c{json.dumps([code, reason], separators=(',', ':'))}" if self is Framing.SOCKJS else ""


def sockjs_envelope(message: str) -> str:
    """Return a DDP message in the envelope of SockJS."""
    return f"a{json.dumps([message], separators=(',', ':'))}"


# The events of a batch are delivered one after the other, each to all sockets.
shared_envelope = lru_cache(16)(sockjs_envelope)


def encoded(**fields: Any) -> str:
    """Return a DDP message. Fields that are None are omitted."""
    return clean(ejson_text({name: value for name, value in fields.items() if value is not None}))


def with_field(message: str, name: str, value: str | None) -> str:
    """Return a DDP message with another field, whose value is already encoded, unless it is None."""
    return message if value is None else f'{message[:-1]},"{name}":{clean(value)}}}'


def clean(text: str) -> str:
    """Replace halves of surrogate pairs, which clients may send and get back, but UTF-8 cannot represent."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()

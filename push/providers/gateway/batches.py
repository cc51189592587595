"""The gateway protocol's batch form, which a Callboard gateway announces at `GET /push/info`: many pushes a request.

A batch is `{"options": {…}, "devices": [{"type", "token", "options"}, …]}`: the options that all share, and each one's
own. Its answer is `{"answers": [{"status", …}, …]}`, each as the push's own answer would be.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from push.http.requests import HttpAnswer, HttpRequest
from push.providers.meanings import json_object
from push.providers.protocol import QUOTA_HEADER

# How long it is remembered (seconds) what a gateway announces, and that it announces nothing.
ANNOUNCED_FOR = 600.0
# A batch is answered as a whole (by a Callboard gateway after a second at most), so its slowest push delays the others:
# several smaller batches are sent at once.
LARGEST = 100
# What a gateway answers that knows no such address, or finds no sense in the batch; each push then goes alone.
NOT_UNDERSTOOD = {400, 404, 405, 413, 415, 422, 501}


@dataclass(frozen=True, slots=True)
class BatchForm:
    """Where a gateway takes batches, and of what size."""

    path: str
    max_devices: int
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """The pushes of one request, by their places, in the order of its body."""

    places: tuple[int, ...]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Announced:
    """What a gateway announces: its batch form, and whether it replaces notifications that devices show."""

    batch: BatchForm | None = None
    replaces: bool = False


_announced: dict[str, tuple[float, Announced]] = {}


def announced_by(address: str) -> Announced | None:
    """Return what the gateway announces, cached for :data:`ANNOUNCED_FOR` seconds; None if it must be queried."""
    ends_at, announced = _announced.get(address, (0.0, Announced()))
    return announced if ends_at > time.monotonic() else None


def batch_known(address: str) -> tuple[bool, BatchForm | None]:
    """Return whether the gateway's announcement is cached, and its batch form."""
    announced = announced_by(address)
    return announced is not None, announced.batch if announced else None


def info_request(address: str) -> HttpRequest:
    """Return the request for the gateway's description of itself; requests under way at once share one."""
    url = f"{address.rstrip('/')}/push/info"
    return HttpRequest(url=url, headers=("Accept: application/json",), method="GET", shared=url, public_only=False)


def announced_record(address: str, answer: HttpAnswer) -> Announced:
    """Return what the gateway announces in its description; it is remembered, unless the gateway did not answer."""
    if answer.status is None:
        return Announced()
    replaces = answer.status == 200 and json_object(answer.body).get("replaces") is True
    announced = Announced(form_in(answer), replaces)
    _announced[address] = time.monotonic() + ANNOUNCED_FOR, announced
    return announced


def batch_announced(address: str, answer: HttpAnswer) -> BatchForm | None:
    """Return the batch form in the gateway's description; it is remembered, unless the gateway did not answer."""
    return announced_record(address, answer).batch


def form_in(answer: HttpAnswer) -> BatchForm | None:
    """Return the batch form that a gateway's description of itself announces."""
    batch = json_object(answer.body).get("batch") if answer.status == 200 else None
    if not isinstance(batch, dict):
        return None
    path, devices, size = batch.get("path"), batch.get("maxDevices"), batch.get("maxBytes")
    if not (isinstance(path, str) and path.startswith("/") and isinstance(devices, int) and isinstance(size, int)):
        return None
    return BatchForm(path, min(devices, LARGEST), size) if devices > 0 and size > 0 else None


def batch_forget(address: str) -> None:
    """Send to this gateway one by one for a while: it did not understand a batch."""
    _until, announced = _announced.get(address, (0.0, Announced()))
    _announced[address] = time.monotonic() + ANNOUNCED_FOR, replace(announced, batch=None)


def announcements_forget() -> None:
    """Forget all announcements, so that every gateway is queried again."""
    _announced.clear()


def chunks_of(entries: Mapping[int, dict[str, Any]], form: BatchForm) -> Iterator[Chunk]:
    """Yield the devices' entries in bodies that the gateway takes."""
    items = list(entries.items())
    for start in range(0, len(items), form.max_devices):
        yield from fitting(items[start : start + form.max_devices], form)


def fitting(items: list[tuple[int, dict[str, Any]]], form: BatchForm) -> Iterator[Chunk]:
    """Yield one body, or two halves of it where it is too large. What is too large alone goes alone in any case."""
    body = body_of([entry for _place, entry in items])
    if len(body) <= form.max_bytes:
        yield Chunk(tuple(place for place, _entry in items), body)
    elif len(items) > 1:
        middle = len(items) // 2
        yield from fitting(items[:middle], form)
        yield from fitting(items[middle:], form)


def body_of(entries: list[dict[str, Any]]) -> bytes:
    """Return the body of a batch; what is the same for all its devices is written once."""
    first = entries[0]["options"]
    shared = {
        name: value
        for name, value in first.items()
        if all(name in entry["options"] and entry["options"][name] == value for entry in entries)
    }
    devices = [
        {**entry, "options": {name: value for name, value in entry["options"].items() if name not in shared}}
        for entry in entries
    ]
    text = json.dumps({"options": shared, "devices": devices}, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", errors="replace")


def chunk_answers(chunk: Chunk, answer: HttpAnswer) -> dict[int, HttpAnswer] | None:
    """Return each push's own answer out of a batch's; None where the batch was not understood.

    An answer to the whole batch, such as that the workspace is unknown, applies to each push.
    """
    if answer.status in NOT_UNDERSTOOD and json_object(answer.body).get("errorType") != "error-terms-not-agreed":
        return None
    if answer.status is None or not 200 <= answer.status < 300:
        return dict.fromkeys(chunk.places, answer)
    answers = json_object(answer.body).get("answers")
    if not isinstance(answers, list) or len(answers) != len(chunk.places):
        unreadable = HttpAnswer(error="The gateway's answer to a batch cannot be read", tries=answer.tries)
        return dict.fromkeys(chunk.places, unreadable)
    return {place: answer_in(entry, answer) for place, entry in zip(chunk.places, answers, strict=True)}


def answer_in(entry: Any, answer: HttpAnswer) -> HttpAnswer:
    """Return one device's entry in a batch's answer as a separate answer."""
    status = entry.get("status") if isinstance(entry, dict) else None
    if not (isinstance(status, int) and 100 <= status < 600):
        return HttpAnswer(error="The gateway's answer to a push cannot be read", tries=answer.tries)
    wait = entry.get("retryAfter")
    headers = {"retry-after": str(wait)} if wait is not None else {}
    if used := answer.headers.get(QUOTA_HEADER.lower()):
        headers[QUOTA_HEADER.lower()] = used
    return HttpAnswer(status, headers, json.dumps(entry).encode(), tries=answer.tries)

"""Measures how slow devices and an unresponsive provider delay other pushes.

    [DATABASE_URL=postgres://...] [REDIS_URL=redis://...] .venv/bin/python bench/slow_devices.py [SECONDS]

One worker pushes to the fake Apple and Google of the tests while four messages a second each mention one member. The
delay is measured from accepting the message to its push. Each case runs for SECONDS (20 by default): undisturbed;
with one device that never responds; with 5 % of the devices responding after 15 s; with Google unresponsive. Slow
devices are mentioned as often as the others, but are left out of the figures. Each case is compared with the
undisturbed one.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from scaffold import database, percentiles, room_fill, workers

# isort: split
from django.conf import settings

from push.models import Device, PushSettings
from tests.fakes.apple import FakeApple
from tests.fakes.certificates import Authority, service_account_make, token_key_make
from tests.fakes.google import FakeGoogle
from tests.fakes.scripting import Reply
from workspace.models import Room
from workspace.services.messages import message_post

MEMBERS = 200
RATE = 4.0
SLOW_SHARE = 0.05
SLOW_SECONDS = 15.0
NEVER_SECONDS = 3600.0
# Time after the last message, for late pushes.
WAIT_SECONDS = 20.0


@dataclass
class Providers:
    """The fake providers, and the device tokens of each."""

    apple: FakeApple
    google: FakeGoogle
    tokens: list[str] = field(default_factory=list)

    def slow(self, tokens: list[str], seconds: float) -> None:
        """Respond to pushes to these devices after this many seconds, and to all others at once."""
        for fake in (self.apple, self.google):
            fake.standing = dict.fromkeys(tokens, lambda: Reply(delay=seconds))

    def arrived(self) -> dict[int, float]:
        """Return when each message's push was accepted, by message number."""
        times = {}
        for push in self.apple.accepted:
            times[int(push.payload["aps"]["alert"]["body"].split()[-1])] = push.received_at
        for message in self.google.accepted:
            times[int(message.data["message"].split()[-1])] = message.received_at
        return times


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    with database(), providers() as fakes, workers(1, **environment(fakes)):
        room = room_fill(MEMBERS)
        half = Device.objects.order_by("pk").values_list("pk", flat=True)[: MEMBERS // 2]
        Device.objects.filter(pk__in=list(half)).update(type="gcm")
        devices = list(Device.objects.order_by("pk"))
        google = [device.token for device in devices if device.type == "gcm"]
        fakes.tokens = [device.token for device in devices]
        some = fakes.tokens[:: round(1 / SLOW_SHARE)]
        cases: list[tuple[str, list[str], float]] = [
            ("undisturbed", [], 0.0),
            ("one device never answers", fakes.tokens[-1:], NEVER_SECONDS),
            ("5 % answer after 15 s", some, SLOW_SECONDS),
            ("Google is silent", google, NEVER_SECONDS),
        ]
        print("case: p50 ms, p95 ms, latest ms, p95 beyond the undisturbed ms, ratio of p95 to it, lost")
        first = 0.0
        for name, slow, delay in cases:
            fakes.slow(slow, delay)
            times, lost = delays(room, fakes, set(slow), seconds)
            p50, p95 = percentiles(times)[0], sorted(times)[len(times) * 95 // 100]
            first = first or p95
            figures = f"{p50:.0f}, {p95:.0f}, {max(times):.0f}, {p95 - first:.0f}, {p95 / first:.2f}, {lost}"
            print(f"{name}: {figures}", flush=True)


_numbers = iter(range(1, 1_000_000))


def delays(room: Room, fakes: Providers, slow: set[str], seconds: float) -> tuple[list[float], int]:
    """Post messages for this long; returns the delays (ms) without slow devices, and how many did not arrive."""
    posted: dict[int, float] = {}
    begun = time.monotonic()
    for place in range(int(seconds * RATE)):
        time.sleep(max(begun + place / RATE - time.monotonic(), 0))
        member, number = random.randrange(MEMBERS), next(_numbers)
        started = time.monotonic()
        message_post(sender=room.creator, room=room, text=f"@member{member} {number}")
        if fakes.tokens[member] not in slow:
            posted[number] = started
    wait_until(lambda: posted.keys() <= fakes.arrived().keys())
    arrived = fakes.arrived()
    times = [(arrived[number] - started) * 1000 for number, started in posted.items() if number in arrived]
    return times, len(posted) - len(times)


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not condition() and time.monotonic() < end:
        time.sleep(0.2)


@contextmanager
def providers() -> Iterator[Providers]:
    """Start both providers, and configure the workspace to push to them."""
    authority, key, account = Authority(), token_key_make(), service_account_make()
    (settings.DATA_DIR / "authority.pem").write_text(authority.pem)
    push = PushSettings.stored()
    push.enable_gateway, push.google_api_credentials = False, account
    push.apn_token_key, push.apn_token_key_id, push.apn_team_id = key.key, key.key_id, key.team_id
    push.save()
    with FakeApple(authority, keys=[key]) as apple, FakeGoogle(authority, accounts=[account]) as google:
        yield Providers(apple, google)


def environment(fakes: Providers) -> dict[str, str]:
    """Return the worker's environment variables with the providers' URLs."""
    return {
        "OUTBOUND_CA_FILE": str(settings.DATA_DIR / "authority.pem"),
        "APPLE_PRODUCTION_URL": fakes.apple.address,
        "GOOGLE_SEND_URL": fakes.google.address,
        "GOOGLE_TOKEN_URL": fakes.google.token_url,
    }


if __name__ == "__main__":
    main()

"""Load for workers that are being killed, and the conditions that must be true afterwards."""

from __future__ import annotations

import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import transaction
from django.utils import timezone

from push.content.options import identity_of
from push.models import Answer, Attempt, Decision, Notification, State
from tests.factories import DeviceFactory, RoomFactory, UserFactory
from tests.fakes.gateway import FakeGateway, Received
from tests.waiting import wait_until
from workspace.models import Message, Room
from workspace.services.rooms import members_add

MEMBERS = 12
DEADLINE = 90.0


@dataclass
class Storm:
    """A room whose members are notified of everything, and the faults that have happened meanwhile.

    `outages` are the times, from when until when, in which the database or the broker could not be reached;
    `beside_living` are the identities that arrived again although the process that sent them before was alive.
    """

    gateway: FakeGateway
    room: Room = field(init=False)
    messages: int = 0
    kills: int = 0
    outages: list[tuple[float, float]] = field(default_factory=list)
    beside_living: set[str] = field(default_factory=set)
    senders: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.gateway.watch = self.watch
        self.room = RoomFactory(name="storm", creator=UserFactory())
        members = [UserFactory() for _number in range(MEMBERS)]
        members_add(room=self.room, users=members)
        for member in members:
            DeviceFactory(user=member)

    @transaction.atomic
    def post(self, count: int) -> None:
        """Post messages to all members without waking a task, as if each task had been lost."""
        for _number in range(count):
            self.messages += 1
            message = Message.objects.create(
                room=self.room, sender=self.room.creator, text=f"@all {self.messages}", mentions_all=True
            )
            Decision.objects.create(message=message)

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Record that a server is unavailable in the meantime."""
        begun = time.monotonic()
        yield
        self.outages.append((begun, time.monotonic()))

    def watch(self, received: Received) -> None:
        """Record which worker sends the push, and whether it repeats one that another worker is still sending."""
        identity = received.options["identity"]
        if identity in self.senders and is_alive(self.senders[identity]):
            self.beside_living.add(identity)
        self.senders[identity] = received.sender

    def over(self) -> bool:
        """Return True if all messages are decided and all notifications have ended."""
        pending = Decision.objects.filter(decided_at=None).exists()
        return not pending and not Notification.objects.filter(finished_at=None).exists()

    def wait_until_over(self) -> None:
        wait_until(self.over, seconds=DEADLINE, failure="Some are unfinished.")

    def check(self, *, is_ordered: bool = True) -> Counter[str]:
        """Fail unless every notification was sent, in order, and none twice without a fault that explains it.

        Returns the figures of what was found.
        """
        self.wait_until_over()
        expected = MEMBERS * self.messages
        assert states() == {State.SENT: expected}
        answered = Attempt.objects.exclude(answer=Answer.UNKNOWN)
        assert answered.filter(answer=Answer.ACCEPTED).count() == answered.count() == expected
        times: dict[str, list[float]] = defaultdict(list)
        texts: dict[str, list[int]] = defaultdict(list)
        for one in self.gateway.accepted:
            if not times[one.options["identity"]]:
                texts[one.token].append(int(one.options["text"].split()[-1]))
            times[one.options["identity"]].append(one.received_at)
        assert len(times) == expected
        for numbers in texts.values():
            assert not is_ordered or numbers == sorted(numbers)
        repeated = {identity: moments for identity, moments in times.items() if len(moments) > 1}
        self.check_repeated(repeated)
        faults = self.kills + len(self.outages)
        return Counter(notifications=expected, faults=faults, repeated=len(repeated))

    def check_repeated(self, repeated: dict[str, list[float]]) -> None:
        """Fail unless each repetition came because nobody could record the acceptance before it.

        None had been recorded when the last was sent; and before each, the former one's process was dead, or the
        database was away meanwhile.
        """
        recorded = {
            identity_of(attempt.notification_id, attempt.device_id): attempt.finished_at
            for attempt in Attempt.objects.filter(answer=Answer.ACCEPTED).exclude(device=None)
        }
        for identity, moments in repeated.items():
            finished_at = recorded[identity]
            assert finished_at, f"Accepted {moments} and recorded by nobody."
            assert finished_at > moment_of(moments[-1]), f"Accepted again {moments} after it was recorded."
            for former, latter in pairwise(moments):
                is_explained = identity not in self.beside_living or self.was_away(former, latter)
                assert is_explained, f"Accepted twice {moments} although the first one's process was alive."

    def was_away(self, since: float, until: float) -> bool:
        """Return True if the database was unavailable at any time in this period."""
        return any(begun < until and ended > since for begun, ended in self.outages)


def is_alive(process: int) -> bool:
    """Return True if the process is running; a zombie is not."""
    command = ["ps", "-o", "stat=", "-p", str(process)]
    state = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return bool(state) and not state.startswith("Z")


def moment_of(seconds: float) -> datetime:
    """Return the time of day of a monotonic clock value."""
    return timezone.now() - timedelta(seconds=time.monotonic() - seconds)


def states() -> dict[str, int]:
    """Return the number of notifications by state."""
    return dict(Counter(Notification.objects.values_list("state", flat=True)))

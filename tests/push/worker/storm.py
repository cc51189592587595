"""Load for workers that are being killed, and what must hold when it is over."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.db import transaction

from push.models import Answer, Attempt, Decision, Notification, State
from tests.factories import DeviceFactory, RoomFactory, UserFactory
from tests.fakes.gateway import FakeGateway
from tests.waiting import wait_until
from workspace.models import Message, Room
from workspace.services.rooms import members_add

MEMBERS = 12
# Between an acceptance and its record: a fault in this time may cost a second acceptance, under the same identity.
RECORD_SECONDS = 5.0
DEADLINE = 90.0


@dataclass
class Storm:
    """A room whose members are notified of everything, and the faults that have happened meanwhile."""

    gateway: FakeGateway
    room: Room = field(init=False)
    messages: int = 0
    faults: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.room = RoomFactory(name="storm", creator=UserFactory())
        members = [UserFactory() for _number in range(MEMBERS)]
        members_add(room=self.room, users=members)
        for member in members:
            DeviceFactory(user=member)

    @transaction.atomic
    def post(self, count: int) -> None:
        """Post messages to everybody, without waking anybody: as if the task for each had been lost."""
        for _number in range(count):
            self.messages += 1
            message = Message.objects.create(
                room=self.room, sender=self.room.creator, text=f"@all {self.messages}", mentions_all=True
            )
            Decision.objects.create(message=message)

    def fault(self) -> None:
        """Note that something was broken now."""
        self.faults.append(time.monotonic())

    def over(self) -> bool:
        """Return whether everything has been decided, and every notification has ended."""
        pending = Decision.objects.filter(decided_at=None).exists()
        return not pending and not Notification.objects.filter(finished_at=None).exists()

    def wait_until_over(self) -> None:
        wait_until(self.over, seconds=DEADLINE, failure="Some are unfinished.")

    def check(self) -> Counter[str]:
        """Fail unless every notification was sent, in order, and none twice without a fault to explain it.

        Returns the figures of what was found.
        """
        self.wait_until_over()
        expected = MEMBERS * self.messages
        assert states() == {State.SENT: expected}
        assert Attempt.objects.filter(answer=Answer.ACCEPTED).count() == Attempt.objects.count() == expected
        times: dict[str, list[float]] = defaultdict(list)
        texts: dict[str, list[int]] = defaultdict(list)
        for one in self.gateway.accepted:
            if not times[one.options["identity"]]:
                texts[one.token].append(int(one.options["text"].split()[-1]))
            times[one.options["identity"]].append(one.received_at)
        assert len(times) == expected
        for numbers in texts.values():
            assert numbers == sorted(numbers)
        repeated = {identity: moments for identity, moments in times.items() if len(moments) > 1}
        for moments in repeated.values():
            for moment in moments[:-1]:
                assert self.explained(moment), "A notification was accepted twice although nothing had broken."
        return Counter(notifications=expected, faults=len(self.faults), repeated=len(repeated))

    def explained(self, accepted_at: float) -> bool:
        """Return whether something was broken soon after this acceptance, before it can have been recorded."""
        return any(0 <= fault - accepted_at <= RECORD_SECONDS for fault in self.faults)


def states() -> dict[str, int]:
    """Return how many notifications stand where."""
    return dict(Counter(Notification.objects.values_list("state", flat=True)))

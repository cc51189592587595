"""Sends due items: claims users and sends their items in order of creation, until nothing is due.

A run never waits for a single response: meanwhile it sends other items and claims further users. Items whose response
takes long are passed to a separate thread (push/sending/late_answers.py).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.utils import timezone

from push.selectors.due import work_waits
from push.sending.answer_inbox import Inbox, entries_record
from push.sending.claiming import (
    Claim,
    claim_close,
    claim_extend,
    claim_narrow,
    claim_part,
    claim_release,
    claim_return,
    users_claim,
)
from push.sending.late_answers import LATE_SECONDS, LOOK_SECONDS, LateAnswers
from push.sending.lost_claims import Suspects
from push.sending.sending import DeliveryRound
from push.stopping import stop_request

USERS_PER_CLAIM = 400
# No further users are claimed while this many are being served.
USERS_AT_ONCE = 800
# A run ends after this many seconds, so that it does not block other tasks in the broker's queue.
RUN_SECONDS = 15


def due_dispatch() -> bool:
    """Send due items; return False if the time was up before all were sent.

    Any number of workers may do this at once.
    """
    return DispatchRun(end=time.monotonic() + RUN_SECONDS).work()


def claim_dispatch(*, claim: Claim, end: float) -> None:
    """Send a claim's items. Items left at the time `end` (monotonic clock) return to the queue."""
    DispatchRun(end=end, claims=[claim], may_claim=False).work()


class DispatchRun:
    """One run over the queue, until the time `end` of the monotonic clock.

    In each round, the next item of each user is sent, in order of creation. An e-mail includes the user's other e-mails
    of the same room.
    """

    def __init__(self, *, end: float, claims: Sequence[Claim] = (), may_claim: bool = True) -> None:
        self._end = end
        self._may_claim = may_claim
        self._claims = list(claims)
        self._rounds: list[DeliveryRound] = []
        self._inbox = Inbox()
        # The last claim was for suspects. Every second claim is for other items, however many suspects there are.
        self._is_others_turn = False

    def work(self) -> bool:
        """Send until nothing is due; return False if the time was up before that."""
        try:
            return self._work()
        finally:
            self._leave()

    def _work(self) -> bool:
        while not stop_request.is_made:
            if time.monotonic() > self._end:
                return False
            for claim in self._claims:
                claim_extend(claim=claim)
                if keys := self._ready(claim):
                    self._send(claim, keys)
            self._record(LOOK_SECONDS)
            if any(self._ready(claim) for claim in self._claims):
                continue
            if not self._claim() and not self._rounds:
                return True
            self._late_leave()
        return True

    def _ready(self, claim: Claim) -> list[int]:
        """Return the next items of the claim's users who have nothing in progress."""
        in_flight = self._in_flight(claim)
        free = [of_user for of_user in claim.items.values() if in_flight.isdisjoint(of_user)]
        return [key for of_user in free for key in sent_together(of_user, claim.rooms)]

    def _in_flight(self, claim: Claim) -> set[int]:
        return {key for sent_round in self._rounds if sent_round.claim is claim for key in sent_round.keys}

    def _send(self, claim: Claim, keys: Sequence[int]) -> None:
        """Send these items. Items that end without being sent are removed from the claim."""
        sent_round = DeliveryRound(keys=keys, claim=claim, inbox=self._inbox)
        self._rounds.append(sent_round)
        sent_round.send()
        waits = sent_round.waits()
        returned = {user: wait for user, of_user in claim.items.items() if (wait := last_wait(of_user, waits))}
        claim_narrow(claim, set(claim.keys) - (set(keys) - sent_round.keys))
        claim_return(claim=claim, users=returned)

    def _record(self, seconds: float) -> None:
        """Record the responses that arrive within a short time."""
        expected = sum(sent_round.unanswered for sent_round in self._rounds)
        if expected:
            entries_record(self._inbox.gather(seconds, expected=expected), inbox=self._inbox)
        self._rounds = [sent_round for sent_round in self._rounds if sent_round.unanswered]
        for claim in [claim for claim in self._claims if not claim.items]:
            self._claims.remove(claim)
            claim_close(claim=claim)

    def _claim(self) -> bool:
        """Claim further users with due items; return True if there were any."""
        if not self._may_claim or sum(len(claim.items) for claim in self._claims) > USERS_AT_ONCE - USERS_PER_CLAIM:
            return False
        if any(claim.is_isolated for claim in self._claims) or not work_waits(timezone.now()):
            return False
        claim = None
        if self._is_others_turn:
            claim = users_claim(limit=USERS_PER_CLAIM, now=timezone.now(), suspects=Suspects.SKIP)
        if claim is None:
            suspects = Suspects.WAIT if self._claims else Suspects.ISOLATE
            claim = users_claim(limit=USERS_PER_CLAIM, now=timezone.now(), suspects=suspects)
        self._is_others_turn = claim is not None and claim.is_isolated
        self._claims += [claim] if claim else []
        return claim is not None

    def _late_leave(self) -> None:
        """Pass late rounds to the thread for late responses; other items of these users return to the queue.

        Not within a transaction, because threads cannot share it. Then the run waits for the responses.
        """
        if connection.in_atomic_block:
            return
        late_since = time.monotonic() - LATE_SECONDS
        late = [sent_round for sent_round in self._rounds if sent_round.begun_at <= late_since]
        self._rounds = [sent_round for sent_round in self._rounds if sent_round not in late]
        for sent_round in late:
            claim, keys = sent_round.claim, sent_round.keys
            users = [user for user, of_user in claim.items.items() if not keys.isdisjoint(of_user)]
            self._pass_on(sent_round)
            claim_narrow(claim, set(claim.keys) - keys)
            claim_return(claim=claim, users=dict.fromkeys(users))
        # Forward responses that arrived meanwhile.
        entries_record(self._inbox.drain(), inbox=self._inbox)

    def _pass_on(self, sent_round: DeliveryRound) -> None:
        sent_round.claim = claim_part(sent_round.claim, sent_round.keys)
        LateAnswers.current().add(sent_round)

    def _leave(self) -> None:
        """End the run. Items not in progress return to the queue; other responses are recorded as they arrive."""
        rounds, claims = self._rounds, self._claims
        in_flight = {id(claim): self._in_flight(claim) for claim in claims}
        if not connection.in_atomic_block:
            self._rounds = []
            for sent_round in rounds:
                self._pass_on(sent_round)
            entries_record(self._inbox.drain(), inbox=self._inbox)
        for claim in claims:
            claim_release(claim=claim_part(claim, set(claim.keys) - in_flight[id(claim)]))
        while self._rounds:
            self._record(LOOK_SECONDS)


def last_wait(of_user: Sequence[int], waits: Mapping[int, datetime]) -> datetime | None:
    """Return the latest time until which any of these items is held back; None if none is."""
    return max((waits[key] for key in of_user if key in waits), default=None)


def sent_together(of_user: Sequence[int], rooms: Mapping[int, int]) -> list[int]:
    """Return the user's next item. If it is an e-mail, include the others of its room (`rooms`, by item)."""
    first = of_user[0]
    return [key for key in of_user if key == first or (first in rooms and rooms.get(key) == rooms[first])]

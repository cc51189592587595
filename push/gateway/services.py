"""The gateway's work: who asks, whether they may, and what became of each push."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.db import Error
from django.utils import timezone

from cloud.models import Outcome
from cloud.selectors.quota import Quota, month_begins, month_next, month_of, steps_passed
from push.gateway.admission import Caller, caller_cached, caller_find, rate_check
from push.gateway.apps import AppKeys, apps_current
from push.gateway.carrying import orders_carry
from push.gateway.ledger import Result, Taken, Ticket, Wish
from push.gateway.requests import Order
from push.gateway.runtime import Runtime
from push.models import Answer, token_digest
from push.providers.answers import SendAnswer
from workspace.errors import ApplicationError

log = logging.getLogger(__name__)

OUTCOMES = {
    Answer.ACCEPTED: Outcome.ACCEPTED,
    Answer.DEAD: Outcome.DEAD,
    Answer.REFUSED: Outcome.REFUSED,
}
REPEATED = SendAnswer(Answer.ACCEPTED, detail="Accepted before.")
IN_PROGRESS = SendAnswer(Answer.RETRY, detail="This push is being handed on", reason="in-progress")
# By the time of the retry the provider has answered, or will not.
LATE = replace(IN_PROGRESS, retry_after=timedelta(seconds=20))

# Tasks that record the answers of pushes that were reported as in progress; the event loop itself does not keep them.
late_tasks: set[asyncio.Task[None]] = set()

# What becomes of one push: a provider's answer, or why it came to none.
Fate = SendAnswer | ApplicationError


@dataclass(frozen=True, slots=True)
class HandedOn:
    """What became of pushes, in their order; and how much of the month's quota is used now, where that is told."""

    fates: list[Fate]
    percent_used: int | None


@dataclass(frozen=True, slots=True)
class Proof:
    """What a request brings to show who asks."""

    authorization: str = field(default="", repr=False)
    gateway_key: str = field(default="", repr=False)


async def caller_of(proof: Proof, unique_id: str, runtime: Runtime) -> Caller:
    """Return who asks; raises `error-unauthorized` (401)."""
    found = caller_cached(proof.authorization, proof.gateway_key, unique_id)
    if found is not None:
        return found
    return await runtime.run(caller_find, proof.authorization, proof.gateway_key, unique_id)


def caller_check(caller: Caller, orders: Sequence[Order]) -> None:
    """Raise the reason for which the caller may not push these.

    `error-terms-not-agreed` (422), `error-unique-id` (401), `error-too-many-requests` (429).
    """
    if caller.fetches_tokens and not caller.terms_agreed:
        raise ApplicationError(
            "error-terms-not-agreed",
            "The workspace has not agreed to the cloud's terms: see its Connectivity services",
            status=422,
        )
    if any(order.unique_id and order.unique_id != caller.unique_id for order in orders):
        raise ApplicationError("error-unique-id", "The authorization is that of another workspace", status=401)
    rate_check(caller, len(orders))


async def orders_hand_on(
    caller: Caller, orders: Sequence[Order], runtime: Runtime, *, patience: float | None = None
) -> HandedOn:
    """Send the pushes, each once, and return what became of them.

    With `patience`, a push that has not been answered after so many seconds is reported as in progress. It is recorded
    when its answer comes, and a repetition then gets that answer, so every push must have an identity.
    """
    if not apps_current.is_fresh:
        await runtime.run(apps_current.read)
    fates: dict[int, Fate] = {}
    keys: dict[int, AppKeys | None] = {}
    for index, order in enumerate(orders):
        try:
            keys[index] = apps_current.keys_of(order.push)
        except ApplicationError as error:
            fates[index] = error
    places = list(keys)
    taken = await runtime.take([wish_of(caller, orders[index]) for index in places])
    tickets: dict[int, Ticket] = {}
    for index, found in zip(places, taken, strict=True):
        if isinstance(found, Ticket):
            tickets[index] = found
        else:
            fates[index] = untaken(found, caller, orders[index])
    progress = Progress(fates)
    if tickets:
        carried = orders_carry([(orders[index], keys[index]) for index in tickets], runtime)
        task = asyncio.ensure_future(progress.follow(carried, tickets, runtime))
        await asyncio.wait([task], timeout=patience)
        if task.done():
            task.result()
        else:
            late_tasks.add(task)
            task.add_done_callback(late_end)
    return HandedOn([fates.get(index, LATE) for index in range(len(orders))], percent_used(caller, progress.used))


@dataclass(slots=True)
class Progress:
    """What is known of pushes that are being sent, by their places, and how many the workspace has used."""

    fates: dict[int, Fate]
    used: int | None = None

    async def follow(
        self, carried: AsyncIterator[dict[int, SendAnswer]], tickets: Mapping[int, Ticket], runtime: Runtime
    ) -> None:
        """Settle the answers as they come."""
        places = list(tickets)
        async for answers in carried:
            found = {places[number]: answer for number, answer in answers.items()}
            results = [Result(tickets[place], outcome_of(tickets[place], answer)) for place, answer in found.items()]
            used = await books_settle(results, runtime)
            self.used = self.used if used is None else used
            self.fates |= found


def late_end(task: asyncio.Task[None]) -> None:
    """Log why pushes that were answered late could not be recorded, if so."""
    late_tasks.discard(task)
    if not task.cancelled() and (error := task.exception()):
        log.error("Pushes that were answered late could not be recorded.", exc_info=error)


def percent_used(caller: Caller, used: int | None) -> int | None:
    """Return how much of the month's quota so many pushes are, once it is as much as admins are told of."""
    percent = None if used is None else Quota(month_of(), used, caller.limit).percent
    return percent if percent is not None and steps_passed(percent) else None


def wish_of(caller: Caller, order: Order) -> Wish:
    """Return what the books are asked for."""
    limit = caller.limit
    if limit is not None and order.kept_percent:
        limit -= limit * order.kept_percent // 100
    return Wish(
        workspace_id=caller.key,
        identity=order.push.identity,
        token_digest=token_digest(order.push.token),
        app=apps_current.counted_name(order.push),
        platform=order.push.type,
        limit=limit,
        is_counted=not order.is_silent,
    )


def untaken(found: Taken, caller: Caller, order: Order) -> Fate:
    """Return what becomes of a push that is not sent."""
    if found == Taken.ACCEPTED_BEFORE:
        return REPEATED
    if found == Taken.IN_PROGRESS:
        return IN_PROGRESS
    return exhausted(caller, order)


def exhausted(caller: Caller, order: Order) -> ApplicationError:
    """Return the refusal beyond the month's quota.

    A workspace is told 429 and when the next month begins. Other chat servers would ask again five times within the
    hour, whatever they are told to wait; 422 is what they do not repeat.
    """
    code, sentence = "error-push-quota-exhausted", "This month's pushes are used up"
    if order.kept_percent:
        code, sentence = "error-push-quota-kept", "What is left of this month's pushes is kept for direct messages"
    if not caller.fetches_tokens:
        return ApplicationError(code, sentence, status=422)
    seconds = int((month_begins(month_next(month_of())) - timezone.now()).total_seconds()) + 1
    return ApplicationError(code, sentence, status=429, details={"retryAfter": seconds})


def outcome_of(ticket: Ticket, answer: SendAnswer) -> Outcome:
    """Return as what the push is counted."""
    found = OUTCOMES.get(answer.answer, Outcome.FAILED)
    return Outcome.SILENT if found == Outcome.ACCEPTED and not ticket.wish.is_counted else found


async def books_settle(results: Sequence[Result], runtime: Runtime) -> int | None:
    """Settle the pushes and return how many of its month's the workspace has used, None where none was counted.

    Where the database is gone, their rows are left for the recovery, and the answers stand.
    """
    try:
        return max((used for used in await runtime.settle(results) if used is not None), default=None)
    except Error:
        log.exception("Pushes that were sent could not be settled; they are counted later.")
        return None

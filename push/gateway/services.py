"""The gateway's core: authenticates callers, forwards pushes, and records their results."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import Error
from django.utils import timezone

from cloud.models import Outcome
from cloud.selectors.quota import Quota, month_begins, month_next, month_of, steps_passed
from push.gateway.admission import Caller, caller_cached, caller_find, protocol_check, rate_check
from push.gateway.apps import AppKeys, apps_current
from push.gateway.ledger import LedgerEntry, Result, SkipReason, Ticket
from push.gateway.requests import PushRequest
from push.gateway.runtime import Runtime
from push.gateway.sending import send_pushes
from push.models import Answer, token_digest
from push.monitoring.counting import forwarded_count
from push.monitoring.tracing import send_span_end
from push.providers.answers import SendAnswer
from push.providers.protocol import QUOTA_HEADER
from workspace.errors import ApplicationError
from workspace.logs.events import LogEvent
from workspace.tracing.spans import Kind, span_begin, tracing_on

if TYPE_CHECKING:
    from workspace.tracing.sdk import OpenSpan

PUSH_FORWARDED = LogEvent(
    "push.forwarded",
    "A provider has responded to a push that this gateway forwarded. Accepted ones are logged at `DEBUG` only.",
    {
        "workspace": "the number of the registered workspace",
        "app": "the app",
        "platform": "`apn` or `gcm`",
        "answer": "the result, such as `accepted`, `dead` or `retry`",
        "status": "the HTTP status, if there was a response",
        "reason": "the provider's own code",
    },
)
LATE_NOT_RECORDED = LogEvent(
    "push.late_not_recorded",
    "Late responses to pushes could not be recorded. The worker counts these pushes later.",
    level=logging.ERROR,
)
PUSH_NOT_SETTLED = LogEvent(
    "push.not_settled", "Pushes that were sent could not be counted. They will be counted later.", level=logging.ERROR
)

# The codes of errors for an exhausted quota.
QUOTA_CODES = ("error-push-quota-exhausted", "error-push-quota-kept")
OUTCOMES = {
    Answer.ACCEPTED: Outcome.ACCEPTED,
    Answer.DEAD: Outcome.DEAD,
    Answer.REFUSED: Outcome.REFUSED,
}
REPEATED = SendAnswer(Answer.ACCEPTED, detail="Accepted before.")
IN_PROGRESS = SendAnswer(Answer.RETRY, detail="This push is being forwarded", reason="in-progress")
# By the time of the retry, the provider has responded or never will.
LATE = replace(IN_PROGRESS, retry_after=timedelta(seconds=20))

# Tasks that record late responses to pushes. They are referenced here, because the event loop only has weak references.
late_tasks: set[asyncio.Task[None]] = set()

# The result of one push: the provider's response, or the error why there is none.
PushResult = SendAnswer | ApplicationError


@dataclass(frozen=True, slots=True)
class ForwardResult:
    """The results of pushes, in order, and the used percentage of the month's quota, if it is reported."""

    push_results: list[PushResult]
    percent_used: int | None


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of a request."""

    authorization: str = field(default="", repr=False)
    gateway_key: str = field(default="", repr=False)


async def caller_of(proof: Credentials, unique_id: str, runtime: Runtime) -> Caller:
    """Return the caller; raises `error-unauthorized` (401)."""
    cached = caller_cached(proof.authorization, proof.gateway_key, unique_id)
    if cached is not None:
        return cached
    return await runtime.run(caller_find, proof.authorization, proof.gateway_key, unique_id)


async def caller_by_key(key: str, protocol: str, runtime: Runtime) -> Caller:
    """Return the caller of a gateway key; raises `error-unauthorized` (401) and `error-protocol` (403)."""
    if not key:
        raise ApplicationError("error-unauthorized", "The key of a registered workspace is required", status=401)
    caller = await caller_of(Credentials(gateway_key=key), "", runtime)
    protocol_check(caller, protocol)
    return caller


def caller_check(caller: Caller, orders: Sequence[PushRequest]) -> None:
    """Raise an error if the caller may not send these pushes.

    `error-terms-not-agreed` (422), `error-unique-id` (401), `error-too-many-requests` (429).
    """
    if caller.fetches_tokens and not caller.terms_agreed:
        raise ApplicationError(
            "error-terms-not-agreed",
            "The workspace has not accepted the cloud's terms: see its Connectivity services",
            status=422,
        )
    if any(order.unique_id and order.unique_id != caller.unique_id for order in orders):
        raise ApplicationError("error-unique-id", "The authorization belongs to another workspace", status=401)
    rate_check(caller, len(orders))


async def apps_ready(runtime: Runtime) -> None:
    """Load the gateway's apps if the cache has expired."""
    if not apps_current.is_fresh:
        await runtime.run(apps_current.read)


async def forward_pushes(
    caller: Caller, orders: Sequence[PushRequest], runtime: Runtime, *, timeout: float | None = None
) -> ForwardResult:
    """Send each push once and return the results.

    With a `timeout` (seconds), pushes without a response by then are reported as in progress. Their results are
    recorded later, and a repeated request gets them; therefore every push must have an identity.
    """
    await apps_ready(runtime)
    push_results: dict[int, PushResult] = {}
    keys: dict[int, AppKeys | None] = {}
    for index, order in enumerate(orders):
        try:
            keys[index] = apps_current.keys_of(order.push)
        except ApplicationError as error:
            push_results[index] = error
    places = list(keys)
    taken = await runtime.take([ledger_entry(caller, orders[index]) for index in places])
    tickets: dict[int, Ticket] = {}
    for index, ticket_or_reason in zip(places, taken, strict=True):
        if isinstance(ticket_or_reason, Ticket):
            tickets[index] = ticket_or_reason
        else:
            push_results[index] = skipped_result(ticket_or_reason, orders[index])
    progress = Progress(push_results, caller.protocol)
    if tracing_on():
        progress.spans = {index: forward_span(orders[index]) for index in tickets}
    if tickets:
        carried = send_pushes([(orders[index], keys[index]) for index in tickets], runtime)
        task = asyncio.ensure_future(progress.follow(carried, tickets, runtime))
        await asyncio.wait([task], timeout=timeout)
        if task.done():
            task.result()
        else:
            late_tasks.add(task)
            task.add_done_callback(late_end)
    return ForwardResult(
        [push_results.get(index, LATE) for index in range(len(orders))], percent_used(caller, progress.used)
    )


@dataclass(slots=True)
class Progress:
    """The results of pushes that are being sent, by index, and the workspace's usage of the month."""

    push_results: dict[int, PushResult]
    protocol: str
    used: int | None = None
    spans: dict[int, OpenSpan] = field(default_factory=dict)

    async def follow(
        self, carried: AsyncIterator[dict[int, SendAnswer]], tickets: Mapping[int, Ticket], runtime: Runtime
    ) -> None:
        """Settle the responses as they arrive."""
        places = list(tickets)
        async for answers in carried:
            answers_by_place = {places[number]: answer for number, answer in answers.items()}
            results = [
                Result(tickets[place], outcome_of(tickets[place], answer)) for place, answer in answers_by_place.items()
            ]
            used = await settle_results(results, runtime)
            forwarded_count(
                (self.protocol, one.ticket.entry.platform, one.ticket.entry.app, one.outcome.value) for one in results
            )
            self.used = self.used if used is None else used
            self.push_results |= answers_by_place
            self.log(tickets, answers_by_place)

    def log(self, tickets: Mapping[int, Ticket], answers: Mapping[int, SendAnswer]) -> None:
        """Log the responses, and end their spans."""
        for place, answer in answers.items():
            entry = tickets[place].entry
            PUSH_FORWARDED.log_at(
                logging.DEBUG if answer.answer == Answer.ACCEPTED else logging.INFO,
                workspace=entry.workspace_id,
                app=entry.app,
                platform=entry.platform,
                answer=answer.answer.value,
                status=answer.status,
                reason=answer.reason,
            )
            if opened := self.spans.pop(place, None):
                send_span_end(opened, answer)


async def wait_for_late_tasks(seconds: float) -> None:
    """Wait, up to `seconds`, for the responses to pushes that were reported as in progress.

    The others are recovered by the worker later, and a repeated request sends them again.
    """
    if late_tasks:
        await asyncio.wait(list(late_tasks), timeout=seconds)


def late_end(task: asyncio.Task[None]) -> None:
    """Log an error if late responses could not be recorded."""
    late_tasks.discard(task)
    if not task.cancelled() and (error := task.exception()):
        LATE_NOT_RECORDED.log(exc_info=error)


def forward_span(order: PushRequest) -> OpenSpan:
    """Begin the span of forwarding a push: in the workspace's trace, or in that of the request."""
    return span_begin(f"forward {order.push.type}", parent=order.trace, kind=Kind.CLIENT)


def percent_used(caller: Caller, used: int | None) -> int | None:
    """Return the used percentage of the month's quota, if it is high enough to notify administrators."""
    percent = None if used is None else Quota(month_of(), used, caller.limit).percent
    return percent if percent is not None and steps_passed(percent) else None


def ledger_entry(caller: Caller, order: PushRequest) -> LedgerEntry:
    """Return the ledger entry for a push."""
    limit = caller.limit
    if limit is not None and order.reserved_percent:
        limit -= limit * order.reserved_percent // 100
    return LedgerEntry(
        workspace_id=caller.key,
        identity=order.push.identity,
        token_digest=token_digest(order.push.token),
        app=apps_current.counted_name(order.push),
        platform=order.push.type,
        limit=limit,
        is_counted=not order.is_silent,
    )


def skipped_result(reason: SkipReason, order: PushRequest) -> PushResult:
    """Return the result of a push that is not sent."""
    if reason == SkipReason.ACCEPTED_BEFORE:
        return REPEATED
    if reason == SkipReason.IN_PROGRESS:
        return IN_PROGRESS
    return exhausted(order)


def exhausted(order: PushRequest) -> ApplicationError:
    """Return the error for an exhausted monthly quota, with the time until the next month."""
    code, sentence = QUOTA_CODES[0], "This month's quota of pushes is used up"
    if order.reserved_percent:
        code, sentence = QUOTA_CODES[1], "The rest of this month's quota is reserved for direct messages"
    seconds = int((month_begins(month_next(month_of())) - timezone.now()).total_seconds()) + 1
    return ApplicationError(code, sentence, status=429, details={"retryAfter": seconds})


def quota_headers(handed: ForwardResult) -> dict[str, str]:
    """Return the header with the used percentage of the month's quota, if it is reported."""
    return {} if handed.percent_used is None else {QUOTA_HEADER: str(handed.percent_used)}


def outcome_of(ticket: Ticket, answer: SendAnswer) -> Outcome:
    """Return the outcome under which the push is counted."""
    outcome = OUTCOMES.get(answer.answer, Outcome.FAILED)
    return Outcome.SILENT if outcome == Outcome.ACCEPTED and not ticket.entry.is_counted else outcome


async def settle_results(results: Sequence[Result], runtime: Runtime) -> int | None:
    """Settle the pushes and return the workspace's usage of the month, or None if nothing was counted.

    If the database is unavailable, the rows are left for the recovery task, and the results stay valid.
    """
    try:
        return max((used for used in await runtime.settle(results) if used is not None), default=None)
    except Error:
        PUSH_NOT_SETTLED.exception()
        return None

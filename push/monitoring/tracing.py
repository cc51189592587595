"""The spans of a notification's way, which belong to the request that posted the message.

The ids of that request and its span are stored with the decision. The worker reads them there: a task only says that
there is work.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from push.models import Answer, Decision, Event, Notification
from push.providers.answers import SendAnswer
from workspace.logs.context import bound_id
from workspace.tracing.contexts import TraceContext, context_parse
from workspace.tracing.spans import Attributes, Kind, current_context, span_begin

if TYPE_CHECKING:
    from workspace.tracing.sdk import OpenSpan


def origin_values() -> dict[str, str]:
    """Return the columns of a new decision that name the present request and its span."""
    values = {}
    if request_id := bound_id("request"):
        values["request_id"] = request_id
    if context := current_context():
        values |= {"trace_id": context.trace_id, "trace_parent": context.header}
    return values


def bound_ids(decision: Decision) -> dict[str, str]:
    """Return the ids for log lines about the decision."""
    ids = {"message": decision.message.public_id, "request": decision.request_id, "trace": decision.trace_id}
    return {name: value for name, value in ids.items() if value}


def contexts_of(messages: Collection[int]) -> dict[int, TraceContext]:
    """Return the spans of the requests that posted these messages, by message, as far as they had one."""
    posted = Decision.objects.filter(message__in=messages, event=Event.POSTED, trace_parent__isnull=False)
    found = {key: context_parse(header) for key, header in posted.values_list("message_id", "trace_parent")}
    return {key: context for key, context in found.items() if context}


def claim_span(notification: Notification, parent: TraceContext | None, *, claimed_at: datetime) -> OpenSpan:
    """Return a span that lasts until the notification is sent, after one for its time in the queue."""
    values: Attributes = {"callboard.notification": notification.pk, "callboard.channel": notification.channel}
    queued = span_begin("queue", parent=parent, kind=Kind.PRODUCER, begun_at=notification.created_at, attributes=values)
    queued.end(claimed_at)
    return span_begin("claim", parent=queued.context, kind=Kind.CONSUMER, begun_at=claimed_at, attributes=values)


def send_span_end(span: OpenSpan, answer: SendAnswer) -> None:
    """End the span of a push or e-mail with its response."""
    span.set({"callboard.answer": answer.answer.value, "callboard.reason": answer.reason})
    if answer.status is not None:
        span.set({"http.response.status_code": answer.status})
    if answer.answer != Answer.ACCEPTED:
        span.fail(answer.answer.value)
    span.end()

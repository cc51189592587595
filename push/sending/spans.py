"""Begins the spans of a round: for each item its time in the queue and its claim, and for each delivery its sending."""

from __future__ import annotations

from dataclasses import replace

from push.monitoring.tracing import claim_span, contexts_of
from push.sending.preparing import Delivery, PreparedRound
from workspace.tracing.contexts import TraceContext
from workspace.tracing.spans import Kind, span_begin


def round_trace(current: PreparedRound) -> None:
    """Begin the spans of the round's deliveries, and let gateways know to which trace their pushes belong."""
    parents = contexts_of({item.notification.message_id for group in current.groups for item in group.items})
    for group in current.groups:
        claims = {
            item.key: claim_span(
                item.notification, parents.get(item.notification.message_id), claimed_at=current.started_at
            )
            for item in group.items
        }
        for delivery in group.deliveries:
            delivery_trace(delivery, {key: claim.context for key, claim in claims.items()})
        for claim in claims.values():
            claim.end()


def delivery_trace(delivery: Delivery, claims: dict[int, TraceContext]) -> None:
    """Begin the span of a delivery. An e-mail of several notifications is linked to all of them."""
    first, *others = delivery.attempts
    if delivery.answer is not None:
        return
    kind = delivery.route.kind if delivery.route else "email"
    delivery.span = span_begin(
        f"send {kind}",
        parent=claims[first.notification_id],
        kind=Kind.CLIENT,
        links=[claims[attempt.notification_id] for attempt in others],
        attributes={
            "callboard.attempt": first.pk,
            "callboard.attempt_number": first.number,
            "callboard.route": first.route,
        },
    )
    if delivery.push:
        delivery.push = replace(delivery.push, traceparent=delivery.span.context.header)

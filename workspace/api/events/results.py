"""What is returned for events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from workspace.api.base import Represented, Result, SuccessResult
from workspace.api.contributions import Decided
from workspace.services.events.reports import FieldError, Outcome

ACCEPTED, DUPLICATE, REFUSED = "accepted", "duplicate", "refused"


class ReasonObject(Result):
    """Why a number of members are or are not notified."""

    reason = serializers.CharField(help_text="The code of the rule; the reference explains each.")
    members = serializers.IntegerField()
    notifies = serializers.BooleanField()


class ChannelObject(Result):
    """Who is notified over one channel."""

    channel = serializers.ChoiceField(choices=["desktop", "push", "email"])
    notified = serializers.IntegerField(help_text="How many members are notified.")
    reasons = ReasonObject(many=True)


class DecisionObject(Result):
    """How many members are notified, by channel and reason; of a batch, the sums over its messages."""

    complete = serializers.BooleanField(help_text="False: not everything was decided in time.")
    channels = ChannelObject(many=True)


class EventErrorObject(Result):
    """What is wrong with a field of an event."""

    field = serializers.CharField(allow_blank=True, help_text="Empty: the event as a whole.")
    message = serializers.CharField()


class EventOutcomeObject(Result):
    """What became of one event of a batch."""

    index = serializers.IntegerField(help_text="Its position in the batch, from 0.")
    status = serializers.ChoiceField(choices=[ACCEPTED, DUPLICATE, REFUSED])
    messageId = serializers.CharField(required=False, help_text="The id of the message in this workspace.")
    errors = EventErrorObject(many=True, required=False)  # type: ignore[assignment]


class EventResult(SuccessResult):
    """What became of an event."""

    status = serializers.ChoiceField(choices=[ACCEPTED, DUPLICATE])


class EventMessageResult(EventResult):
    """What became of a message."""

    messageId = serializers.CharField(help_text="The id of the message in this workspace.")
    decision = DecisionObject(required=False)


class LinkResult(SuccessResult):
    """A link to the preferences of a person."""

    url = serializers.CharField()
    expiresAt = serializers.DateTimeField(help_text="It can be opened until then.")


class BatchResult(SuccessResult):
    """What became of the events of a batch."""

    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = EventOutcomeObject(many=True)
    decision = DecisionObject(required=False)


def status_of(outcome: Outcome) -> str:
    """Return the status of an outcome."""
    if outcome.errors:
        return REFUSED
    return DUPLICATE if outcome.is_duplicate else ACCEPTED


def outcome_object(index: int, outcome: Outcome) -> Represented:
    """Return an outcome as an object of the response."""
    found = Represented(index=index, status=status_of(outcome))
    if outcome.message is not None:
        found["messageId"] = outcome.message.public_id
    if outcome.errors:
        found["errors"] = error_objects(outcome.errors)
    return found


def error_objects(errors: Sequence[FieldError]) -> list[Represented]:
    """Return errors as objects of the response."""
    return [Represented(field=error.field, message=error.message) for error in errors]


def decision_object(decided: Decided) -> dict[str, Any]:
    """Return what was decided as an object of the response."""
    return {
        "complete": decided.is_complete,
        "channels": [
            {
                "channel": channel,
                "notified": sum(members for reason, members in counts.items() if reason in decided.notifying),
                "reasons": [
                    {"reason": reason, "members": members, "notifies": reason in decided.notifying}
                    for reason, members in sorted(counts.items())
                ],
            }
            for channel, counts in decided.counts.items()
        ],
    }

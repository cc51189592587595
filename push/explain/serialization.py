"""Explanations as JSON, for the API and the management command."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from push.explain.structure import ChannelExplanation, ExplainedStep, Explanation, HistoryEntry


def explanation_as_json(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation with the API's keys. Timestamps remain datetime objects."""
    return {
        "messageId": explanation.message.public_id,
        "username": explanation.user.username,
        "decidedAt": explanation.decided_at,
        "channels": [channel_as_json(channel) for channel in explanation.channels],
        "edits": [entry_as_json(edit) for edit in explanation.edits],
    }


def channel_as_json(explanation: ChannelExplanation) -> dict[str, Any]:
    """Return one channel's explanation."""
    preference = explanation.preference
    return {
        "channel": explanation.channel.value,
        "notified": explanation.sends,
        "code": explanation.code,
        "sentence": explanation.sentence,
        "basis": explanation.basis.value,
        "state": explanation.state or None,
        "ending": {"code": explanation.end_code, "sentence": explanation.end_sentence}
        if explanation.end_code
        else None,
        "preference": {"level": preference.level, "origin": preference.origin.value} if preference else None,
        "steps": [step_as_json(step) for step in explanation.steps],
        "happenings": [entry_as_json(entry) for entry in explanation.history],
        "remarks": list(explanation.remarks),
        "advice": explanation.advice,
    }


def step_as_json(step: ExplainedStep) -> dict[str, Any]:
    """Return one rule with the values that it used."""
    return {
        "number": step.number,
        "code": step.code,
        "standing": step.result.value,
        "values": [
            {"name": value.name, "value": value.value, "shown": value.shown, "origin": value.origin.value}
            for value in step.values
        ],
    }


def entry_as_json(entry: HistoryEntry) -> dict[str, datetime | str | None]:
    """Return one history entry."""
    return {"at": entry.at, "text": entry.text}

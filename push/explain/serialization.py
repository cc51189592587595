"""Explanations as JSON: the same for the API and for the command."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from push.explain.structure import ChannelExplanation, ExplainedStep, Explanation, Happening


def explanation_as_json(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation in the API's names; moments stay moments."""
    return {
        "messageId": explanation.message.public_id,
        "username": explanation.user.username,
        "decidedAt": explanation.decided_at,
        "channels": [channel_as_json(channel) for channel in explanation.channels],
        "edits": [happening_as_json(edit) for edit in explanation.edits],
    }


def channel_as_json(found: ChannelExplanation) -> dict[str, Any]:
    """Return one channel's explanation."""
    preference = found.preference
    return {
        "channel": found.channel.value,
        "notified": found.sends,
        "code": found.code,
        "sentence": found.sentence,
        "basis": found.basis.value,
        "state": found.state or None,
        "ending": {"code": found.end_code, "sentence": found.end_sentence} if found.end_code else None,
        "preference": {"level": preference.level, "origin": preference.origin.value} if preference else None,
        "steps": [step_as_json(step) for step in found.steps],
        "happenings": [happening_as_json(happening) for happening in found.happenings],
        "remarks": list(found.remarks),
        "advice": found.advice,
    }


def step_as_json(step: ExplainedStep) -> dict[str, Any]:
    """Return one rule with what it read."""
    return {
        "number": step.number,
        "code": step.code,
        "standing": step.standing.value,
        "values": [
            {"name": value.name, "value": value.value, "shown": value.shown, "origin": value.origin.value}
            for value in step.values
        ],
    }


def happening_as_json(happening: Happening) -> dict[str, datetime | str | None]:
    """Return one thing that happened."""
    return {"at": happening.at, "text": happening.text}

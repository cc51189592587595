"""Explain why one user was or was not notified of one message."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from push.explain.delivery_outcomes import local_datetime
from push.explain.explanations import explanation_of
from push.explain.serialization import explanation_as_json
from push.explain.structure import ChannelExplanation, HistoryEntry, StepResult
from push.models import Channel
from push.rules.rule import CHANNELS
from workspace.models import Message
from workspace.selectors.accounts import user_by_username


class Command(BaseCommand):
    """`manage.py explain --message ID --user NAME [--channel push] [--json]`."""

    help = "Explains why a user was or was not notified of a message."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--message", required=True, help="The message id that clients use.")
        parser.add_argument("--user", required=True, help="The user's username.")
        parser.add_argument("--channel", choices=Channel.values, help="Limit the output to one channel.")
        parser.add_argument("--json", action="store_true", help="Print the same JSON as the API.")

    def handle(self, *args: Any, **options: Any) -> str:
        message = Message.objects.select_related("room").filter(public_id=options["message"]).first()
        if message is None:
            raise CommandError("There is no message with this id.")
        user = user_by_username(options["user"])
        if user is None:
            raise CommandError("There is no user with this name.")
        channels = [Channel(options["channel"])] if options["channel"] else CHANNELS
        explanation = explanation_of(message=message, user=user, channels=channels)
        if options["json"]:
            return json.dumps(explanation_as_json(explanation), cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
        edits = [entry_line(edit) for edit in explanation.edits]
        return "\n".join([*(line for channel in explanation.channels for line in channel_lines(channel)), *edits])


def entry_line(entry: HistoryEntry) -> str:
    """Return one history entry as a line of text."""
    return f"- {local_datetime(entry.at) + ': ' if entry.at else ''}{entry.text}"


def channel_lines(channel: ChannelExplanation) -> Iterator[str]:
    """Yield one channel's explanation as lines of text."""
    yield f"{channel.channel.label}: {'to be sent' if channel.sends else 'not sent'} ({channel.code})"
    yield f"  {channel.sentence}"
    if channel.end_code:
        status = "it is waiting" if channel.is_waiting else "it was not sent"
        yield f"  but {status}: {channel.end_sentence} ({channel.end_code})"
    yield f"  {channel.basis.label}"
    for step in channel.steps:
        if step.result != StepResult.UNREAD:
            values = ", ".join(f"{value.label}: {value.shown} [{value.origin.label}]" for value in step.values)
            yield f"  {step.number:>4}. {step.code}: {step.result.label}" + (f"; {values}" if values else "")
    yield from (f"  ! {remark}" for remark in channel.remarks)
    yield from (f"  {entry_line(entry)}" for entry in channel.history)
    if channel.advice:
        yield f"  > {channel.advice}"

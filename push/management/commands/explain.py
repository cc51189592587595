"""Explain one person's notification of one message."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from push.explain.delivery_outcomes import moment
from push.explain.explanations import explanation_of
from push.explain.serialization import explanation_as_json
from push.explain.structure import ChannelExplanation, Happening, Standing
from push.models import Channel
from push.rules.rule import CHANNELS
from workspace.models import Message
from workspace.selectors.accounts import user_by_username


class Command(BaseCommand):
    """`manage.py explain --message ID --user NAME [--channel push] [--json]`."""

    help = "Tells why a person was or was not notified of a message."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--message", required=True, help="The message's id, as clients know it.")
        parser.add_argument("--user", required=True, help="The person's username.")
        parser.add_argument("--channel", choices=Channel.values, help="One channel only.")
        parser.add_argument("--json", action="store_true", help="Answer as the API does.")

    def handle(self, *args: Any, **options: Any) -> str:
        message = Message.objects.select_related("room").filter(public_id=options["message"]).first()
        if message is None:
            raise CommandError("There is no message with this id.")
        user = user_by_username(options["user"])
        if user is None:
            raise CommandError("There is no user of this name.")
        channels = [Channel(options["channel"])] if options["channel"] else CHANNELS
        explanation = explanation_of(message=message, user=user, channels=channels)
        if options["json"]:
            return json.dumps(explanation_as_json(explanation), cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
        edits = [happening_line(edit) for edit in explanation.edits]
        return "\n".join([*(line for found in explanation.channels for line in lines_of(found)), *edits])


def happening_line(happening: Happening) -> str:
    """Return one thing that happened as a line to read."""
    return f"- {moment(happening.at) + ': ' if happening.at else ''}{happening.text}"


def lines_of(found: ChannelExplanation) -> Iterator[str]:
    """Yield one channel's explanation as lines to read."""
    yield f"{found.channel.label}: {'to be sent' if found.sends else 'not sent'} ({found.code})"
    yield f"  {found.sentence}"
    if found.end_code:
        yield f"  but it {'waits' if found.is_waiting else 'ended unsent'}: {found.end_sentence} ({found.end_code})"
    yield f"  {found.basis.label}"
    for step in found.steps:
        if step.standing != Standing.UNREAD:
            values = ", ".join(f"{value.label}: {value.shown} [{value.origin.label}]" for value in step.values)
            yield f"  {step.number:>4}. {step.code}: {step.standing.label}" + (f"; {values}" if values else "")
    yield from (f"  ! {remark}" for remark in found.remarks)
    yield from (f"  {happening_line(happening)}" for happening in found.happenings)
    if found.advice:
        yield f"  > {found.advice}"

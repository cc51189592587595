"""Asking why a notification did or did not come; an addition to the API that clients know."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from push.explain.access import message_explicable, subject_explicable
from push.explain.explanations import explanation_of
from push.explain.serialization import explanation_as_json
from push.explain.structure import Basis, Standing
from push.models import Channel, State
from push.rules.origins import Origin
from push.rules.rule import CHANNELS
from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.objects import Timestamp
from workspace.api.params import ChoiceParam, Params, TextParam


class ExplainParams(Params):
    """Of which message, and whose notification."""

    messageId = TextParam(max_length=64)
    username = TextParam(required=False, max_length=64, help_text="Whose; the caller's own by default.")
    channel = ChoiceParam(required=False, choices=Channel.values, help_text="One channel only.")


class ReadValueObject(Result):
    """A value that a rule read."""

    name = serializers.CharField()
    value = serializers.JSONField(help_text="A truth value or a text.")
    shown = serializers.CharField(help_text="The value as people read it.")
    origin = serializers.ChoiceField(choices=Origin.values)


class StepObject(Result):
    """One rule of the decision table."""

    number = serializers.IntegerField()
    code = serializers.CharField()
    standing = serializers.ChoiceField(choices=Standing.values)
    values = serializers.ListField(child=ReadValueObject(), help_text="Empty for a rule that was not read.")

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {**instance}


class HappeningObject(Result):
    """What happened after the decision, or will."""

    at = Timestamp(required=False)
    text = serializers.CharField()


class PreferenceObject(Result):
    """The preference in effect, and the level that it comes from."""

    level = serializers.CharField()
    origin = serializers.ChoiceField(choices=Origin.values)


class EndingObject(Result):
    """Why what was to be sent ended without being sent, or waits because its way is paused."""

    code = serializers.CharField()
    sentence = serializers.CharField()


class ChannelExplanationObject(Result):
    """The explanation for one channel."""

    channel = serializers.ChoiceField(choices=Channel.values)
    notified = serializers.BooleanField(help_text="The verdict; `happenings` tell what became of it.")
    code = serializers.CharField(help_text="The reason code: that of the rule that decided.")
    sentence = serializers.CharField()
    basis = serializers.ChoiceField(choices=Basis.values, help_text="How it is known what was decided.")
    state = serializers.ChoiceField(
        choices=State.values, required=False, help_text="Where the notification stands; left out where there is none."
    )
    ending = EndingObject(required=False)
    preference = PreferenceObject(required=False)
    steps = StepObject(many=True)
    happenings = HappeningObject(many=True)
    remarks = serializers.ListField(child=serializers.CharField(), help_text="What is not certain.")
    advice = serializers.CharField(help_text="Who can change what, and where.")


class ExplainResult(SuccessResult):
    """Why the person was or was not notified."""

    messageId = serializers.CharField()
    username = serializers.CharField()
    decidedAt = Timestamp(required=False)
    channels = ChannelExplanationObject(many=True)
    edits = HappeningObject(many=True, help_text="When the message was edited since; nobody is notified of that.")


class NotificationsExplainApi(Api):
    @endpoint(
        params=ExplainParams,
        result=ExplainResult,
        summary="Why a notification did or did not come",
        description="Everyone may ask about their own notifications of messages in rooms that they may read; about "
        "others', whoever holds `explain_notifications`. An addition: other servers do not have it.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        asker = caller_of(request)
        subject = subject_explicable(asker=asker, username=params.get("username", ""))
        message = message_explicable(asker=asker, public_id=params["messageId"])
        channels = [Channel(params["channel"])] if "channel" in params else CHANNELS
        return explanation_as_json(explanation_of(message=message, user=subject, channels=channels))

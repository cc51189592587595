"""API endpoint that explains why a notification was or was not sent. Not part of the compatible API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from push.explain.access import explainable_message, explainable_user
from push.explain.explanations import explanation_of
from push.explain.serialization import explanation_as_json
from push.explain.structure import Basis, StepResult
from push.models import Channel, State
from push.rules.origins import Origin
from push.rules.rule import CHANNELS
from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.objects import Timestamp
from workspace.api.params import ChoiceParam, Params, TextParam


class ExplainParams(Params):
    """The message, and the user whose notification is explained."""

    messageId = TextParam(max_length=64)
    username = TextParam(required=False, max_length=64, help_text="The user; the caller by default.")
    channel = ChoiceParam(required=False, choices=Channel.values, help_text="Limit the explanation to one channel.")


class ReadValueObject(Result):
    """A value that a rule used."""

    name = serializers.CharField()
    value = serializers.JSONField(help_text="A boolean or a string.")
    shown = serializers.CharField(help_text="The value, formatted for readers.")
    origin = serializers.ChoiceField(choices=Origin.values)


class StepObject(Result):
    """One rule of the decision table."""

    number = serializers.IntegerField()
    code = serializers.CharField()
    standing = serializers.ChoiceField(choices=StepResult.values)
    values = serializers.ListField(child=ReadValueObject(), help_text="Empty for a rule that was not evaluated.")

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {**instance}


class HistoryEntryObject(Result):
    """Something that happened after the decision, or is expected to happen."""

    at = Timestamp(required=False)
    text = serializers.CharField()


class PreferenceObject(Result):
    """The effective preference, and the level that it comes from."""

    level = serializers.CharField()
    origin = serializers.ChoiceField(choices=Origin.values)


class EndingObject(Result):
    """Why a notification ended without being sent, or waits for a paused route."""

    code = serializers.CharField()
    sentence = serializers.CharField()


class ChannelExplanationObject(Result):
    """The explanation for one channel."""

    channel = serializers.ChoiceField(choices=Channel.values)
    notified = serializers.BooleanField(
        help_text="Whether the rules decided to notify; `happenings` lists what happened then."
    )
    code = serializers.CharField(help_text="The reason code of the rule that decided.")
    sentence = serializers.CharField()
    basis = serializers.ChoiceField(choices=Basis.values, help_text="How the decision is known.")
    state = serializers.ChoiceField(
        choices=State.values, required=False, help_text="The state of the notification; omitted if there is none."
    )
    ending = EndingObject(required=False)
    preference = PreferenceObject(required=False)
    steps = StepObject(many=True)
    happenings = HistoryEntryObject(many=True)
    remarks = serializers.ListField(child=serializers.CharField(), help_text="What is uncertain.")
    advice = serializers.CharField(help_text="Who can change what, and where.")


class ExplainResult(SuccessResult):
    """Why the user was or was not notified."""

    messageId = serializers.CharField()
    username = serializers.CharField()
    decidedAt = Timestamp(required=False)
    channels = ChannelExplanationObject(many=True)
    edits = HistoryEntryObject(many=True, help_text="Later edits of the message; nobody is notified of edits.")


class NotificationsExplainApi(Api):
    @endpoint(
        params=ExplainParams,
        result=ExplainResult,
        summary="Explain why a notification was or was not sent",
        description="Users may ask about their own notifications for messages in rooms that they can read. Asking "
        "about others requires the permission `explain_notifications`. Other servers do not have this endpoint.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        asker = caller_of(request)
        subject = explainable_user(asker=asker, username=params.get("username", ""))
        message = explainable_message(asker=asker, public_id=params["messageId"])
        channels = [Channel(params["channel"])] if "channel" in params else CHANNELS
        return explanation_as_json(explanation_of(message=message, user=subject, channels=channels))

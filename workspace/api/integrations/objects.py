"""API objects: incoming webhooks and their calls, as clients know them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from workspace.api.base import Result
from workspace.api.objects import Timestamp
from workspace.models import Integration, IntegrationCall

INCOMING, OUTGOING = "webhook-incoming", "webhook-outgoing"
HIDDEN = "•••"


class CreatorObject(Result):
    """Who created the webhook."""

    _id = serializers.CharField()
    username = serializers.CharField()


class IntegrationObject(Result):
    """An incoming webhook."""

    _id = serializers.CharField()
    type = serializers.CharField()
    name = serializers.CharField()
    enabled = serializers.BooleanField()
    username = serializers.CharField()
    userId = serializers.CharField()
    channel = serializers.ListField(child=serializers.CharField())
    alias = serializers.CharField()
    emoji = serializers.CharField()
    avatar = serializers.CharField()
    overrideDestinationChannelEnabled = serializers.BooleanField()
    scriptEnabled = serializers.BooleanField()
    script = serializers.CharField()
    token = serializers.CharField(help_text="Only in the response to `integrations.create`; otherwise its end.")
    _createdAt = Timestamp()
    _createdBy = CreatorObject()
    _updatedAt = Timestamp()


class HistoryIntegrationObject(Result):
    """The webhook that was called."""

    _id = serializers.CharField()


class HistoryObject(Result):
    """A call of a webhook."""

    _id = serializers.CharField()
    type = serializers.CharField()
    integration = HistoryIntegrationObject()
    event = serializers.CharField()
    finished = serializers.BooleanField()
    error = serializers.BooleanField()
    status = serializers.IntegerField()
    errorMessage = serializers.CharField(required=False)
    format = serializers.CharField(required=False)
    size = serializers.IntegerField()
    messages = serializers.ListField(child=serializers.CharField())
    _createdAt = Timestamp()
    _updatedAt = Timestamp()


def integration_of(integration: Integration, *, token: str = "") -> dict[str, Any]:
    """Return the webhook. The `token` is only known when it has just been created."""
    creator = integration.created_by
    return {
        "_id": integration.public_id,
        "type": INCOMING,
        "name": integration.name,
        "enabled": integration.is_enabled,
        "username": integration.user.username,
        "userId": integration.user.public_id,
        "channel": integration.targets,
        "alias": integration.alias,
        "emoji": integration.emoji,
        "avatar": integration.avatar,
        "overrideDestinationChannelEnabled": integration.may_choose_room,
        "scriptEnabled": False,
        "script": "",
        "token": token or HIDDEN + integration.token_end,
        "_createdAt": integration.created_at,
        "_createdBy": {"_id": creator.public_id, "username": creator.username},
        "_updatedAt": integration.updated_at,
    }


def call_of(call: IntegrationCall, integration: Integration) -> dict[str, Any]:
    """Return a call of the webhook."""
    return {
        "_id": str(call.pk),
        "type": INCOMING,
        "integration": {"_id": integration.public_id},
        "event": "incomingMessage",
        "finished": True,
        "error": bool(call.error),
        "status": call.status,
        "errorMessage": call.error or None,
        "format": call.format or None,
        "size": call.size,
        "messages": call.message_ids.split(),
        "_createdAt": call.called_at,
        "_updatedAt": call.called_at,
    }

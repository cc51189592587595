"""API endpoint for the workspace's statistics about push notifications."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from cloud.models import SetupWizardSettings
from push.models import PushSettings, WorkerBeat
from push.selectors.counts import pushes_sent, pushes_waiting
from push.selectors.workers import workers_alive
from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.info import COMPATIBLE_VERSION
from workspace.api.objects import Timestamp
from workspace.api.paging import PageResult, PagingParams, page_of
from workspace.api.params import Params
from workspace.errors import NotAllowedError
from workspace.models import GeneralSettings, RoomType, User
from workspace.selectors.installation import deployment_fingerprint, installed_at, workspace_counts

VIEW_STATISTICS = "push.view_statistics"


class StatisticsParams(Params):
    """Options for the statistics."""

    refresh = serializers.BooleanField(required=False, help_text="Ignored; the statistics are always current.")


class WizardObject(Result):
    """The answers of the setup wizard."""

    registerServer = serializers.BooleanField()


class PushSettingsObject(Result):
    """Settings of push notifications."""

    pushEnable = serializers.BooleanField()


class StatisticsSettingsObject(Result):
    """The settings that are part of the statistics."""

    push = PushSettingsObject()


class StatisticsObject(Result):
    """Statistics of the workspace, with the names that Rocket.Chat uses."""

    _id = serializers.CharField()
    uniqueId = serializers.CharField()
    installedAt = Timestamp()
    createdAt = Timestamp()
    version = serializers.CharField()
    deploymentFingerprintHash = serializers.CharField()
    deploymentFingerprintVerified = serializers.BooleanField()
    wizard = WizardObject()
    settings = StatisticsSettingsObject()
    totalUsers = serializers.IntegerField()
    activeUsers = serializers.IntegerField()
    nonActiveUsers = serializers.IntegerField()
    onlineUsers = serializers.IntegerField()
    awayUsers = serializers.IntegerField()
    busyUsers = serializers.IntegerField()
    totalConnectedUsers = serializers.IntegerField()
    offlineUsers = serializers.IntegerField()
    userLanguages = serializers.DictField(child=serializers.IntegerField())
    totalRooms = serializers.IntegerField()
    totalChannels = serializers.IntegerField()
    totalPrivateGroups = serializers.IntegerField()
    totalDirect = serializers.IntegerField()
    totalMessages = serializers.IntegerField()
    totalChannelMessages = serializers.IntegerField()
    totalPrivateGroupMessages = serializers.IntegerField()
    totalDirectMessages = serializers.IntegerField()
    lastLogin = Timestamp(required=False)
    lastMessageSentAt = Timestamp(required=False)
    instanceCount = serializers.IntegerField(help_text="Number of running workers.")
    push = serializers.IntegerField(help_text="Total number of pushes sent.")
    pushQueue = serializers.IntegerField(help_text="Number of queued pushes.")
    pushSecured = serializers.BooleanField(help_text="True if pushes contain only the message's id.")


class StatisticsResult(StatisticsObject, SuccessResult):
    """The statistics."""


class StatisticsPage(PageResult):
    """A page of statistics."""

    statistics = StatisticsObject(many=True)


class StatisticsApi(Api):
    @endpoint(
        params=StatisticsParams,
        result=StatisticsResult,
        summary="Get the workspace's statistics",
        description="Requires `view-statistics`. `deploymentFingerprintHash` changes if the site's URL changes.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        permission_check(caller_of(request))
        return statistics_now()


class StatisticsListApi(Api):
    @endpoint(
        params=PagingParams,
        result=StatisticsPage,
        summary="Get the workspace's statistics, as a list",
        description="Requires `view-statistics`. Earlier ones are not stored: the list contains the current ones.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        permission_check(caller_of(request))
        return page_of([statistics_now()], params, name="statistics")


class InstanceObject(Result):
    """A running worker."""

    _id = serializers.CharField()
    name = serializers.CharField()
    currentStatus = serializers.DictField()
    _createdAt = Timestamp()
    _updatedAt = Timestamp()


class InstancesResult(SuccessResult):
    """The running workers."""

    instances = InstanceObject(many=True)


class InstancesApi(Api):
    @endpoint(
        permission=VIEW_STATISTICS,
        result=InstancesResult,
        summary="Get the running workers",
        description="Requires `view-statistics`.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"instances": [instance_of(worker) for worker in workers_alive().order_by("pk")]}


def permission_check(caller: User) -> None:
    """Raise `error-not-allowed` if the caller may not see the statistics."""
    if not caller.has_perm(VIEW_STATISTICS):
        raise NotAllowedError()


def instance_of(worker: WorkerBeat) -> dict[str, Any]:
    """Return a worker as an API object."""
    return {
        "_id": str(worker.pk),
        "name": worker.name,
        "currentStatus": {"connected": True},
        "_createdAt": worker.started_at,
        "_updatedAt": worker.beat_at,
    }


def statistics_now() -> dict[str, Any]:
    """Return the current statistics."""
    push, general, counts = PushSettings.current(), GeneralSettings.current(), workspace_counts()
    connected = [counts.presences.get(status, 0) for status in ("online", "away", "busy")]
    rooms, messages = counts.rooms, counts.messages
    return {
        "_id": general.unique_id,
        "uniqueId": general.unique_id,
        "installedAt": installed_at(),
        "createdAt": timezone.now(),
        "version": COMPATIBLE_VERSION,
        "deploymentFingerprintHash": deployment_fingerprint(),
        "deploymentFingerprintVerified": True,
        "wizard": {"registerServer": SetupWizardSettings.current().register_server},
        "settings": {"push": {"pushEnable": push.enable}},
        "totalUsers": sum(counts.accounts.values()),
        "activeUsers": counts.accounts.get(True, 0),
        "nonActiveUsers": counts.accounts.get(False, 0),
        "onlineUsers": connected[0],
        "awayUsers": connected[1],
        "busyUsers": connected[2],
        "totalConnectedUsers": sum(connected),
        "offlineUsers": counts.presences.get("offline", 0),
        "userLanguages": {language or "none": number for language, number in counts.languages.items()},
        "totalRooms": sum(rooms.values()),
        "totalChannels": rooms.get(RoomType.CHANNEL, 0),
        "totalPrivateGroups": rooms.get(RoomType.PRIVATE, 0),
        "totalDirect": rooms.get(RoomType.DIRECT, 0),
        "totalMessages": sum(messages.values()),
        "totalChannelMessages": messages.get(RoomType.CHANNEL, 0),
        "totalPrivateGroupMessages": messages.get(RoomType.PRIVATE, 0),
        "totalDirectMessages": messages.get(RoomType.DIRECT, 0),
        "lastLogin": counts.last_sign_in,
        "lastMessageSentAt": counts.last_message_at,
        "instanceCount": workers_alive().count(),
        "push": pushes_sent(),
        "pushQueue": pushes_waiting(),
        "pushSecured": push.request_content_from_server,
    }

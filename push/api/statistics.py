"""API endpoint for the workspace's statistics about push notifications."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from cloud.models import SetupWizardSettings
from push.models import PushSettings
from push.selectors.counts import pushes_sent, pushes_waiting
from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.objects import Timestamp
from workspace.api.params import Params
from workspace.errors import NotAllowedError
from workspace.models import GeneralSettings
from workspace.selectors.installation import deployment_fingerprint, installed_at


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


class StatisticsResult(SuccessResult):
    """The statistics."""

    uniqueId = serializers.CharField()
    installedAt = Timestamp()
    deploymentFingerprintHash = serializers.CharField()
    deploymentFingerprintVerified = serializers.BooleanField()
    wizard = WizardObject()
    settings = StatisticsSettingsObject()
    push = serializers.IntegerField(help_text="Total number of pushes sent.")
    pushQueue = serializers.IntegerField(help_text="Number of queued pushes.")
    pushSecured = serializers.BooleanField(help_text="True if pushes contain only the message's id.")


class StatisticsApi(Api):
    @endpoint(
        params=StatisticsParams,
        result=StatisticsResult,
        summary="Get the workspace's statistics",
        description="Requires `view-statistics`. `deploymentFingerprintHash` changes if the site's URL changes.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        if not caller_of(request).has_perm("push.view_statistics"):
            raise NotAllowedError()
        push = PushSettings.current()
        return {
            "uniqueId": GeneralSettings.current().unique_id,
            "installedAt": installed_at(),
            "deploymentFingerprintHash": deployment_fingerprint(),
            "deploymentFingerprintVerified": True,
            "wizard": {"registerServer": SetupWizardSettings.current().register_server},
            "settings": {"push": {"pushEnable": push.enable}},
            "push": pushes_sent(),
            "pushQueue": pushes_waiting(),
            "pushSecured": push.request_content_from_server,
        }

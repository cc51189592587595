"""The workspace's statistics, as far as they are about push notifications."""

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
    """How new."""

    refresh = serializers.BooleanField(required=False, help_text="Read and left aside: all is counted each time.")


class WizardObject(Result):
    """What was answered when the workspace was set up."""

    registerServer = serializers.BooleanField()


class PushSettingsObject(Result):
    """The settings of push notifications."""

    pushEnable = serializers.BooleanField()


class StatisticsSettingsObject(Result):
    """The settings that the statistics tell of."""

    push = PushSettingsObject()


class StatisticsResult(SuccessResult):
    """The statistics."""

    uniqueId = serializers.CharField()
    installedAt = Timestamp()
    deploymentFingerprintHash = serializers.CharField()
    deploymentFingerprintVerified = serializers.BooleanField()
    wizard = WizardObject()
    settings = StatisticsSettingsObject()
    push = serializers.IntegerField(help_text="How many pushes have ever been sent.")
    pushQueue = serializers.IntegerField(help_text="How many pushes wait.")
    pushSecured = serializers.BooleanField(help_text="Pushes carry the message's id only.")


class StatisticsApi(Api):
    @endpoint(
        params=StatisticsParams,
        result=StatisticsResult,
        summary="The workspace's statistics",
        description="For whoever may `view-statistics`. `deploymentFingerprintHash` changes with the site's address.",
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

"""The test push over the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from push.selectors.testing import PushTestResult, push_test_result
from push.services.testing import own_push_test
from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.throttling import Rate


class DeviceResultObject(Result):
    """What is known of one device."""

    _id = serializers.CharField()
    type = serializers.CharField()
    appName = serializers.CharField()
    state = serializers.ChoiceField(choices=["waiting", "accepted", "refused", "unreachable"])
    message = serializers.CharField()


class PushTestObject(Result):
    """What is known of the test push so far."""

    _id = serializers.CharField()
    finished = serializers.BooleanField()
    devices = DeviceResultObject(many=True)


class PushTestResultEnvelope(SuccessResult):
    """To how many devices a test push is on its way."""

    tokensCount = serializers.IntegerField()
    result = PushTestObject()


class PushTestApi(Api):
    """`POST push.test`"""

    rate = Rate(1, 1000)

    @endpoint(
        result=PushTestResultEnvelope,
        summary="Send a test push to the caller's devices",
        description="By the way of every notification. The administration shows what became of it on each device.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        result = push_test_result(own_push_test(caller_of(request)))
        return {"tokensCount": len(result.devices), "result": result_of(result)}


def result_of(result: PushTestResult) -> dict[str, Any]:
    """Return the result as clients know it."""
    return {
        "_id": str(result.notification.pk),
        "finished": result.finished,
        "devices": [
            {
                "_id": found.device.public_id,
                "type": found.device.type,
                "appName": found.device.app_name,
                "state": found.state,
                "message": found.sentence,
            }
            for found in result.devices
        ],
    }

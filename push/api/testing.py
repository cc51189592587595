"""API endpoint for test pushes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from push.selectors.testing import PushTestResult, push_test_result
from push.services.testing import own_push_test
from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.throttling import Rate


class DeviceResultObject(Result):
    """The result for one device."""

    _id = serializers.CharField()
    type = serializers.CharField()
    appName = serializers.CharField()
    state = serializers.ChoiceField(choices=["waiting", "accepted", "refused", "unreachable"])
    message = serializers.CharField()


class PushTestObject(Result):
    """The current result of the test push."""

    _id = serializers.CharField()
    finished = serializers.BooleanField()
    devices = DeviceResultObject(many=True)


class PushTestResultEnvelope(SuccessResult):
    """The number of devices that the test push is sent to, and the current result."""

    tokensCount = serializers.IntegerField()
    result = PushTestObject()


class PushTestApi(Api):
    """`POST push.test`"""

    rate = Rate(1, 1000)

    @endpoint(
        result=PushTestResultEnvelope,
        summary="Send a test push to the caller's devices",
        description="Uses the same route as every notification. The administration shows the result for each device.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        result = push_test_result(own_push_test(caller_of(request)))
        return {"tokensCount": len(result.devices), "result": result_of(result)}


def result_of(result: PushTestResult) -> dict[str, Any]:
    """Return the result in the API format."""
    return {
        "_id": str(result.notification.pk),
        "finished": result.finished,
        "devices": [
            {
                "_id": entry.device.public_id,
                "type": entry.device.type,
                "appName": entry.device.app_name,
                "state": entry.state,
                "message": entry.sentence,
            }
            for entry in result.devices
        ],
    }

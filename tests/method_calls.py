"""Calls of methods through `method.call`, for tests."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from tests.api_client import ApiClient
from workspace.models import User


def call_response(client: ApiClient, name: str, *params: Any) -> dict[str, Any]:
    """Return the result frame of a method called over HTTP."""
    frame = {"msg": "method", "id": "7", "method": name, "params": params}
    way = "method.call" if client.headers else "method.callAnon"
    response = client.post(f"{way}/{quote(name)}", message=json.dumps(frame))
    assert response.status_code == 200, response.content
    body = response.json()
    assert body["success"] is True
    answer: dict[str, Any] = json.loads(body["message"])
    assert (answer.pop("msg"), answer.pop("id")) == ("result", "7")
    return answer


def call(caller: User | ApiClient | None, name: str, *params: Any) -> Any:
    """Return the result of a method."""
    response = call_response(caller if isinstance(caller, ApiClient) else ApiClient(caller), name, *params)
    assert "error" not in response, response
    return response["result"]


def call_error(caller: User | ApiClient | None, name: str, *params: Any) -> dict[str, Any]:
    """Return the error of a method that fails."""
    response = call_response(caller if isinstance(caller, ApiClient) else ApiClient(caller), name, *params)
    assert "result" not in response, response
    error: dict[str, Any] = response["error"]
    assert (error["isClientSafe"], error["errorType"]) == (True, "Meteor.Error")
    return error

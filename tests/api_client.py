"""An API client for tests, in JSON, signed in as a user or anonymous."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from workspace.models import User
from workspace.services.sign_in import sign_in

NOT_SIGNED_IN = {"status": "error", "message": "You must be logged in to do this."}


class ApiClient:
    """Calls endpoints by their names, such as `chat.postMessage`."""

    def __init__(self, user: User | None = None, *, token: str = "") -> None:
        self.client = Client()
        self.headers: dict[str, str] = {}
        if user:
            self.token = token or sign_in(user=user)
            self.headers = {"X-Auth-Token": self.token, "X-User-Id": user.public_id}

    def get(self, name: str, /, **query: Any) -> Any:
        return self.client.get(self.address(name), query, headers=self.headers)

    def post(self, name: str, body: Any = None, /, **fields: Any) -> Any:
        return self.send("post", name, json.dumps(fields if body is None else body))

    def delete(self, name: str, /, **fields: Any) -> Any:
        return self.send("delete", name, json.dumps(fields))

    def send(self, method: str, name: str, body: str | bytes, content_type: str = "application/json") -> Any:
        data = body.encode() if isinstance(body, str) else body
        return self.client.generic(method.upper(), self.address(name), data, content_type, headers=self.headers)

    @staticmethod
    def address(name: str) -> str:
        return name if name.startswith("/") else f"/api/v1/{name}"


def failure(response: Any, status: int = 400) -> str:
    """Return the error text of a response, which must be a failure in the usual envelope."""
    body = response.json()
    assert response.status_code == status, body
    assert body["success"] is False
    if "errorType" in body:
        assert body["error"].endswith(f"[{body['errorType']}]")
    return str(body["error"])

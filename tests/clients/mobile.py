"""The mobile app as far as a server sees it: its headers, its queries, and its way to sign in."""

from __future__ import annotations

import json
import secrets
import string
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import requests

from tests.clients.ddp import DdpError, DdpSocket

USER_AGENT = "RC Mobile; ios 17.4; v4.72.0 (123)"


def random_id() -> str:
    """Return an id such as the app generates for its messages."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _place in range(17))


class MobileApp:
    """An app at a server. It signs in over the API, and then at the socket with the token. Use as a context manager."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.user_id = self.token = ""
        self.me: dict[str, Any] = {}
        self.socket_open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def socket_open(self) -> None:
        self.socket = DdpSocket(self.url, **{"User-Agent": USER_AGENT})

    @property
    def headers(self) -> dict[str, str]:
        credentials = {"X-Auth-Token": self.token, "X-User-Id": self.user_id} if self.token else {}
        return {"Content-Type": "application/json", "User-Agent": USER_AGENT, **credentials}

    def request(self, verb: str, path: str, body: dict[str, Any] | None = None) -> requests.Response:
        data = None if body is None else json.dumps(body)
        return requests.request(verb, f"{self.url}{path}", data=data, headers=self.headers, timeout=30)

    def get(self, endpoint: str, **query: Any) -> dict[str, Any]:
        """Call an endpoint as the app's SDK does. The app only goes on with `success`."""
        values = {key: json.dumps(value) if isinstance(value, dict) else str(value) for key, value in query.items()}
        parts = "&".join(f"{key}={quote(value, safe='')}" for key, value in values.items())
        return self._successful(self.request("GET", f"/api/v1/{endpoint}?{parts}"))

    def post(self, endpoint: str, **body: Any) -> dict[str, Any]:
        return self._successful(self.request("POST", f"/api/v1/{endpoint}", body))

    def delete(self, endpoint: str, **body: Any) -> dict[str, Any]:
        return self._successful(self.request("DELETE", f"/api/v1/{endpoint}", body))

    def _successful(self, answer: requests.Response) -> dict[str, Any]:
        body: dict[str, Any] = answer.json()
        assert answer.status_code == 200, (answer.url, body)
        assert body.get("success") is True, body
        return body

    def refused(self, endpoint: str, **body: Any) -> dict[str, Any]:
        """Call an endpoint that refuses, and return the body, whose `error` the app shows."""
        answer = self.request("POST", f"/api/v1/{endpoint}", body)
        refusal: dict[str, Any] = answer.json()
        assert answer.status_code in (400, 403), refusal
        assert refusal["success"] is False
        return refusal

    def settings(self, names: list[str]) -> dict[str, Any]:
        """Load settings page by page, until all are loaded."""
        found: dict[str, Any] = {}
        while True:
            page = self.get("settings.public", _id=",".join(names), offset=len(found))
            assert page["settings"], "The app would never end."
            found |= {setting["_id"]: setting["value"] for setting in page["settings"]}
            if len(found) == page["total"]:
                return found

    def sign_in(self, **credentials: str) -> None:
        """Sign in with a name and password, or with the token of an earlier sign-in."""
        answer = self.request("POST", "/api/v1/login", credentials)
        body = answer.json()
        assert (answer.status_code, body["status"]) == (200, "success"), body
        self.user_id, self.token, self.me = (body["data"][key] for key in ("userId", "authToken", "me"))
        assert self.socket.call("login", {"resume": self.token})["id"] == self.user_id

    def method(self, name: str, *params: Any) -> Any:
        """Call a method over REST, as the app does where the workspace prefers that. Raises DdpError."""
        call = {"msg": "method", "id": random_id(), "method": name, "params": params}
        anonymous = "" if self.token else "Anon"
        answer = self.post(f"method.call{anonymous}/{quote(name, safe='')}", message=json.dumps(call))
        result = json.loads(answer["message"])
        assert (result["msg"], result["id"]) == ("result", call["id"])
        if "error" in result:
            raise DdpError(result["error"])
        return result.get("result")

    def subscribe(self, name: str, event: str) -> str:
        """Subscribe to an event of a stream."""
        return self.socket.subscribe(name, event, {"useCollection": False, "args": []})

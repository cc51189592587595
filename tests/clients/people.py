"""Accounts of the tests of clients, and what they do over the REST API."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.fakes.installation import PASSWORD, Installation

numbers = count(1)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who has signed in."""

    server: Installation
    headers: dict[str, str]
    username: str

    @property
    def id(self) -> str:
        return self.headers["X-User-Id"]

    @property
    def token(self) -> str:
        return self.headers["X-Auth-Token"]

    def get(self, endpoint: str, **params: Any) -> dict[str, Any]:
        """Call an endpoint that reads."""
        answer = self.server.get(f"/api/v1/{endpoint}", params=params, headers=self.headers)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def post(self, endpoint: str, **fields: Any) -> dict[str, Any]:
        """Call an endpoint that changes something."""
        answer = self.server.post(f"/api/v1/{endpoint}", json=fields, headers=self.headers)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def say(self, text: str, *, rid: str = "GENERAL", **fields: Any) -> dict[str, Any]:
        """Post a message and return it."""
        message: dict[str, Any] = self.post("chat.sendMessage", message={"rid": rid, "msg": text, **fields})["message"]
        return message


def admin_of(server: Installation) -> Person:
    """Return the admin of the demo."""
    return Person(server, server.sign_in("admin"), "admin")


def person_create(server: Installation, name: str, **fields: Any) -> Person:
    """Create an account with this name and a number, and sign in."""
    username = f"{name}{next(numbers)}"
    about = {"name": name.title(), "email": f"{username}@callboard.example", "username": username}
    admin_of(server).post("users.create", **about, password=PASSWORD, verified=True, **fields)
    return Person(server, server.sign_in(username), username)

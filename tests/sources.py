"""Sources of events for tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from tests.factories import UserFactory
from workspace.models import EventSource, Message, Room, User
from workspace.selectors.events.known import message_known, person_known, rooms_known
from workspace.services.events.managing import source_create


@dataclass(frozen=True, slots=True)
class Source:
    """A source with its key."""

    source: EventSource
    key: str

    def call(self, name: str, /, **params: Any) -> Any:
        """Call an endpoint, such as `message`, and return the response."""
        return self.send(name, json.dumps(params))

    def send(self, name: str, body: str, *, key: str = "") -> Any:
        """Send a body to an endpoint."""
        headers = {"Authorization": f"Bearer {key or self.key}"}
        client = Client(enforce_csrf_checks=True)
        return client.post(f"/api/v1/events.{name}", body, content_type="application/json", headers=headers)

    def report(self, name: str, /, **params: Any) -> Any:
        """Call an endpoint, which must succeed, and return the body of the response."""
        response = self.call(name, **params)
        assert response.status_code == 200, response.json()
        return response.json()

    def batch(self, *events: dict[str, Any], **params: Any) -> Any:
        """Report a batch, and return the body of the response."""
        return self.report("batch", events=events, **params)

    def person(self, external_id: str) -> User:
        """Return the account of a person."""
        user = person_known(self.source, external_id)
        assert user is not None
        return user

    def room(self, external_id: str) -> Room:
        """Return a room."""
        return rooms_known(self.source, [external_id])[external_id]

    def message(self, external_id: str) -> Message:
        """Return a message."""
        message = message_known(self.source, external_id)
        assert message is not None
        return message

    def members(self, external_id: str) -> set[str]:
        """Return the ids of the members of a room."""
        members = self.room(external_id).subscriptions.select_related("user__source_person")
        return {membership.user.source_person.external_id for membership in members}


def source_of(by: User | None = None, *, name: str = "Help desk", **values: Any) -> Source:
    """Create a source."""
    source, key = source_create(by=by or UserFactory(roles=("admin",)), name=name, **values)
    return Source(source, key)

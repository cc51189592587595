"""Incoming webhooks for tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from workspace.models import Integration, User
from workspace.services.integrations.managing import integration_create


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook with its token."""

    integration: Integration
    token: str

    @property
    def path(self) -> str:
        return f"/hooks/{self.integration.public_id}/{self.token}"

    def post(self, payload: Any = None, /, *, content_type: str = "application/json", **fields: Any) -> Any:
        """Post a payload in JSON, or a body of another type."""
        given = fields if payload is None else payload
        body = given if isinstance(given, str | bytes) else json.dumps(given)
        return Client(enforce_csrf_checks=True).generic("POST", self.path, body, content_type)


def webhook_of(by: User, *, channels: str = "#alerts", name: str = "Monitoring", **values: Any) -> Webhook:
    """Create a webhook."""
    integration, token = integration_create(by=by, name=name, channels=channels, **values)
    return Webhook(integration, token)

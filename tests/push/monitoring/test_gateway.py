"""What a gateway counts of the pushes that it forwards."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import registered
from tests.metrics import recorded
from tests.push.gateway.conftest import TOKEN, options

pytestmark = pytest.mark.django_db


def test_forwarded_pushes(metrics: None, client: Client) -> None:
    _workspace, access_token = registered()
    headers = {"Authorization": f"Bearer {access_token}"}
    body = {"token": TOKEN, "options": options()}
    response = client.post("/push/apn/send", body, content_type="application/json", headers=headers)
    assert response.status_code == 200
    assert recorded("callboard_gateway_pushes_total", protocol="rocketchat", service="apn", outcome="accepted") == 1

"""Fetching access tokens from the cloud: `POST /api/cloud/token`."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.test import Client

from cloud.models import RegisteredWorkspace
from cloud.services.registration import Credentials, workspace_register
from cloud.services.suspension import workspace_suspend

pytestmark = pytest.mark.django_db


@pytest.fixture
def credentials() -> Credentials:
    return workspace_register(unique_id="u1", name="Theatre", site_url="https://theatre.example")[1]


def ask(client: Client, client_id: str, client_secret: str, **fields: str) -> Any:
    encoded = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
    body = {"grant_type": "client_credentials", **fields}
    return client.post("/api/cloud/token", body, "application/json", headers={"Authorization": f"Basic {encoded}"})


def test_a_workspace_gets_a_token(client: Client, credentials: Credentials) -> None:
    answer = ask(client, credentials.client_id, credentials.client_secret, site_url="http://THEATRE.example/").json()
    assert answer["token_type"] == "Bearer"
    assert len(answer["access_token"]) > 40


@pytest.mark.parametrize("client_id", ["nobody", "a\0b", ""])
def test_unknown_credentials_are_refused(client: Client, client_id: str) -> None:
    answer = ask(client, client_id, "secret")
    assert (answer.status_code, answer.json()["errorType"]) == (401, "error-client-unknown")


@pytest.mark.parametrize("address", ["https://opera.example", "http://[", "no address"])
def test_another_address_is_refused_and_recorded(client: Client, credentials: Credentials, address: str) -> None:
    answer = ask(client, credentials.client_id, credentials.client_secret, site_url=address)
    assert (answer.status_code, answer.json()["errorType"]) == (409, "error-workspace-cloned")
    assert RegisteredWorkspace.objects.get().other_url == address


def test_a_suspended_workspace_gets_the_reason(client: Client, credentials: Credentials) -> None:
    workspace_suspend(workspace=RegisteredWorkspace.objects.get(), reason="The bill is open.")
    answer = ask(client, credentials.client_id, credentials.client_secret)
    assert (answer.status_code, answer.json()["errorType"]) == (403, "error-workspace-suspended")
    assert "suspended at the cloud: The bill is open." in answer.json()["error"]

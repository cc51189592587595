"""Registration of workspaces with the cloud, and a workspace's own registration."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection as database

from cloud.models import CloudConnection, RegisteredWorkspace
from cloud.selectors.registration import workspace_by_access_token, workspace_by_credentials
from cloud.services.connection import connection_save
from cloud.services.registration import credentials_rotate, workspace_register, workspace_seen
from tests.factories import registered
from workspace.errors import ApplicationError

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def register(unique_id: str = "u1") -> tuple[RegisteredWorkspace, str]:
    return registered(unique_id)


def test_a_registered_workspace_is_found_by_its_access_token() -> None:
    workspace, token = register()
    assert workspace_by_access_token(token) == workspace


@pytest.mark.parametrize("token", ["", "wrong", "\ud800", "x" * 10_000])
def test_an_unknown_token_matches_no_workspace(token: str) -> None:
    register()
    assert workspace_by_access_token(token) is None


def test_each_workspace_has_its_own_token() -> None:
    (first, first_token), (second, second_token) = register("u1"), register("u2")
    assert workspace_by_access_token(first_token) == first
    assert workspace_by_access_token(second_token) == second


def test_the_token_itself_is_not_stored() -> None:
    _workspace, token = register()
    row = RegisteredWorkspace.objects.values().get()
    assert token not in map(str, row.values())


def test_a_suspended_workspace_is_not_found() -> None:
    workspace, token = register()
    workspace.is_active = False
    workspace.save()
    assert workspace_by_access_token(token) is None


def test_a_workspace_registers_once() -> None:
    register()
    with pytest.raises(ApplicationError) as refused:
        register()
    assert (refused.value.code, refused.value.status) == ("error-workspace-registered", 409)
    assert RegisteredWorkspace.objects.count() == 1


def test_a_workspace_needs_a_name() -> None:
    with pytest.raises(ApplicationError, match="name: This field cannot be blank"):
        workspace_register(unique_id="u1", name="")


def test_rotating_the_credentials_revokes_every_token() -> None:
    workspace, old = register()
    credentials = credentials_rotate(workspace=workspace)
    assert workspace_by_access_token(old) is None
    assert workspace_by_credentials(credentials.client_id, credentials.client_secret) == workspace


def test_a_busy_workspace_is_recorded_as_seen_once_a_minute() -> None:
    workspace, _token = register()
    workspace_seen(workspace=workspace, at=NOON)
    stale = RegisteredWorkspace.objects.get()
    workspace_seen(workspace=workspace, at=NOON + timedelta(seconds=30))
    assert RegisteredWorkspace.objects.get().last_seen_at == NOON
    workspace_seen(workspace=stale, at=NOON + timedelta(seconds=60))
    assert RegisteredWorkspace.objects.get().last_seen_at == NOON + timedelta(seconds=60)


def test_the_connection_stores_its_token_encrypted() -> None:
    connection_save(workspace_id="w1", access_token="secret-token")
    with database.cursor() as cursor:
        cursor.execute("SELECT access_token FROM cloud_cloudconnection")
        (stored,) = cursor.fetchone()
    assert "secret-token" not in stored
    assert CloudConnection.objects.get().access_token == "secret-token"


def test_a_new_connection_replaces_the_previous_one() -> None:
    connection_save(workspace_id="w1", access_token="one")
    connection_save(workspace_id="w2", access_token="two")
    stored = CloudConnection.objects.get()
    assert (stored.workspace_id, stored.access_token) == ("w2", "two")


def test_an_access_token_that_cannot_be_decrypted_reads_as_empty(settings: Any) -> None:
    connection_save(workspace_id="w", access_token="a-token-of-the-gateway")
    settings.SALT_KEY = ["another key"]
    assert CloudConnection.objects.get().access_token == ""

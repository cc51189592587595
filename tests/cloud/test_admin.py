"""The cloud's pages."""

from __future__ import annotations

import pytest
from django.test import Client

from cloud.models import RegisteredWorkspace
from cloud.selectors.registration import workspace_by_access_token
from cloud.services.registration import connection_save, workspace_register
from tests.admin_rows import administrator, staff

pytestmark = pytest.mark.django_db

CONFIRMED = {"_form_submitted": "True"}


def test_a_suspended_workspace_is_refused_until_it_is_let_in_again(client: Client) -> None:
    workspace, token = workspace_register(unique_id="one", name="One")
    client.force_login(administrator())
    url = f"/admin/cloud/registeredworkspace/{workspace.pk}"
    client.post(f"{url}/suspend/", CONFIRMED)
    assert workspace_by_access_token(token) is None
    client.post(f"{url}/resume/", CONFIRMED)
    assert workspace_by_access_token(token) == workspace


def test_viewers_suspend_nobody(client: Client) -> None:
    workspace, _token = workspace_register(unique_id="one", name="One")
    client.force_login(staff("cloud.view_registeredworkspace"))
    answer = client.post(f"/admin/cloud/registeredworkspace/{workspace.pk}/suspend/", CONFIRMED)
    assert answer.status_code == 403
    assert RegisteredWorkspace.objects.get().is_active


def test_the_connection_tells_that_it_has_a_token_and_not_which(client: Client) -> None:
    connection_save(workspace_id="here", access_token="sesame-sesame-sesame")
    client.force_login(administrator())
    for url in ("/admin/cloud/cloudconnection/", "/admin/cloud/cloudconnection/1/change/"):
        html = client.get(url).content.decode()
        assert "Kept encrypted" in html
        assert "sesame" not in html

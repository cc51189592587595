"""The admin page of this workspace's registration."""

from __future__ import annotations

import pytest
from django.test import Client

from cloud.services.connection import connection_save
from tests.admin_rows import administrator

pytestmark = pytest.mark.django_db


def test_the_connection_page_shows_that_secrets_exist_but_not_their_values(client: Client) -> None:
    connection_save(workspace_id="here", access_token="sesame-sesame-sesame", client_secret="open-open-open")
    client.force_login(administrator())
    for url in ("/admin/cloud/cloudconnection/", "/admin/cloud/cloudconnection/1/change/"):
        html = client.get(url).content.decode()
        assert "Stored encrypted" in html
        assert "sesame" not in html
        assert "open-open" not in html

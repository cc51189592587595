"""The page of this workspace's registration, as it is kept."""

from __future__ import annotations

import pytest
from django.test import Client

from cloud.services.connection import connection_save
from tests.admin_rows import administrator

pytestmark = pytest.mark.django_db


def test_the_connection_tells_that_it_has_secrets_and_not_which(client: Client) -> None:
    connection_save(workspace_id="here", access_token="sesame-sesame-sesame", client_secret="open-open-open")
    client.force_login(administrator())
    for url in ("/admin/cloud/cloudconnection/", "/admin/cloud/cloudconnection/1/change/"):
        html = client.get(url).content.decode()
        assert "Kept encrypted" in html
        assert "sesame" not in html
        assert "open-open" not in html

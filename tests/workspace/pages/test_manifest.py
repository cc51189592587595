"""The web app manifest."""

from __future__ import annotations

import pytest
from django.test import Client

from workspace.models import GeneralSettings

pytestmark = pytest.mark.django_db


def test_the_site_can_be_put_on_a_home_screen(client: Client) -> None:
    assert 'rel="manifest"' in client.get("/sign-in/").content.decode()
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    manifest = answer.json()
    assert manifest["name"] == GeneralSettings.current().site_name
    assert (manifest["display"], manifest["start_url"]) == ("standalone", "/")
    assert client.get(manifest["icons"][0]["src"]).status_code == 200

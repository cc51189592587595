"""A workspace connected to the cloud in the same process, over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from cloud.models import SetupWizardSettings, Terms
from cloud.services.own_registration import workspace_connect
from cloud.services.registration_requests import registration_token_create
from cloud.services.terms import terms_publish
from tests.mails import mails_send_at_once


@pytest.fixture(autouse=True)
def _worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run background tasks at once instead of queueing them."""
    mails_send_at_once(monkeypatch)


@pytest.fixture
def site(live_server: LiveServer, settings: Any) -> str:
    """Return the address where this installation, cloud and workspace in one, answers."""
    settings.SITE_URL = live_server.url
    return str(live_server.url)


@pytest.fixture
def terms(site: str) -> Terms:
    return terms_publish(text="Be kind.")


@pytest.fixture
def connected(terms: Terms) -> str:
    """Connect the workspace by a registration token; returns the cloud's address."""
    _token, text = registration_token_create()
    connection = workspace_connect(token=text)
    assert SetupWizardSettings.stored().register_server
    return connection.cloud_url

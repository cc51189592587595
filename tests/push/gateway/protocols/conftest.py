"""A workspace that speaks another protocol, and the keys of its app, which the fakes of Apple and Google accept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from cloud.services.registration import gateway_key_create
from push.http.engine_thread import EngineThread
from push.models import GatewayApp
from tests.factories import registered
from tests.fakes.apple import FakeApple
from tests.fakes.certificates import TokenKey
from tests.fakes.google import FakeGoogle

APP = "org.example.chat"
APPLE_TOKEN = "a1" * 32
GOOGLE_TOKEN = "dGVzdA:APA91b-fcm-token"
Post = Callable[..., HttpResponse]


@pytest.fixture(scope="module")
def engine(authority_file: object) -> Iterator[EngineThread]:
    """An engine that trusts the fakes' certificates."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.OUTBOUND_CA_FILE", str(authority_file))
        made = EngineThread(connect_timeout=20, timeout=30)
        yield made
        made.close()


@pytest.fixture(autouse=True)
def _providers(
    db: None,
    settings: Any,
    engine: EngineThread,
    monkeypatch: pytest.MonkeyPatch,
    fake_apple: FakeApple,
    fake_google: FakeGoogle,
    token_key: TokenKey,
    service_account: str,
) -> None:
    """One app at both services, without the sandbox."""
    settings.SANDBOX = False
    monkeypatch.setattr("push.gateway.sending.engine_thread_current", lambda: engine)
    GatewayApp.objects.create(
        app_name=APP,
        other_names="org.example.chat.ios.prod apple_rn",
        apn_token_key=token_key.key,
        apn_token_key_id=token_key.key_id,
        apn_team_id=token_key.team_id,
    )
    GatewayApp.objects.create(
        type="gcm",
        app_name=APP,
        other_names="org.example.chat.android android_rn",
        google_api_credentials=service_account,
    )


@pytest.fixture
def key(protocol: str) -> str:
    """The gateway key of a workspace that speaks the module's `protocol`."""
    workspace, _token = registered(protocol=protocol)
    return gateway_key_create(workspace=workspace)


@pytest.fixture
def post(client: Client) -> Post:
    """Return a function that posts a JSON document, and returns the response with its `document`."""

    def _post(path: str, document: Any, **headers: str) -> HttpResponse:
        content = document if isinstance(document, bytes) else json.dumps(document).encode()
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        response = client.post(path, content, content_type="application/json", headers=names)
        response.document = json.loads(response.content)  # type: ignore[attr-defined]
        return response

    return _post

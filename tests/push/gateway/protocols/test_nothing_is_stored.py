"""No protocol stores device tokens or texts, in the database or in logs."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from cloud.services.registration import gateway_key_create
from push.models import GatewayPush
from tests.factories import registered
from tests.fakes.apple import FakeApple
from tests.push.gateway.conftest import options
from tests.push.gateway.protocols.conftest import APP, APPLE_TOKEN, Post

OUR_LOGGERS = ("push", "cloud", "workspace", "django")
TEXT = "the disk of the third server"
REQUESTS: dict[str, tuple[str, Any]] = {
    "rocketchat": ("/gateway/{key}/push/apn/send", {"token": APPLE_TOKEN, "options": options(text=TEXT, topic=APP)}),
    "matrix": (
        "/_matrix/push/v1/notify?key={key}",
        {
            "notification": {
                "event_id": "$1",
                "type": "m.room.message",
                "content": {"msgtype": "m.text", "body": TEXT},
                "devices": [{"app_id": APP, "pushkey": APPLE_TOKEN}],
            }
        },
    ),
    "mattermost": (
        "/gateway/{key}/api/v1/send_push",
        {
            "server_id": "s1",
            "ack_id": "a1",
            "platform": "apple_rn",
            "device_id": APPLE_TOKEN,
            "message": TEXT,
            "type": "message",
        },
    ),
    "generic": (
        "/gateway/{key}/push/v1/send",
        {"notification": {"body": TEXT}, "devices": [{"app": APP, "service": "apple", "token": APPLE_TOKEN}]},
    ),
}


def stored_values() -> str:
    """Return everything in the database."""
    return "\n".join(str(list(model._default_manager.values())) for model in apps.get_models())


@pytest.mark.parametrize("protocol", REQUESTS)
def test_neither_tokens_nor_texts_are_stored(
    post: Post, client: Client, fake_apple: FakeApple, protocol: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    workspace, _token = registered(protocol=protocol)
    path, body = REQUESTS[protocol]
    key = gateway_key_create(workspace=workspace)
    assert post(path.format(key=key), body, Idempotency_Key="k1").status_code == 200
    assert TEXT in str(fake_apple.accepted[0].payload)
    # The fake of Apple logs what it receives.
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(OUR_LOGGERS)]
    everything = stored_values() + "\n".join(ours)
    # The row that prevents a second delivery only has the digest of the token.
    assert GatewayPush.objects.exists() or protocol == "rocketchat"
    assert not [secret for secret in (APPLE_TOKEN, TEXT, key) if secret in everything]

"""Admin pages of sandbox pushes."""

from __future__ import annotations

import pytest
from django.test import Client

from push.admin.sandbox import without_secrets
from push.models import SandboxPush
from tests.admin_rows import administrator, device_of, staff
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def push() -> SandboxPush:
    device = device_of(UserFactory(username="grace"))
    payload = {"message": {"token": device.token, "data": {"title": "#general", "message": "launch code"}}}
    return SandboxPush.objects.create(token_digest=device.token_digest, type=device.type, payload=payload)


def test_the_owner_and_the_payload_are_shown(client: Client, push: SandboxPush) -> None:
    client.force_login(administrator())
    html = client.get(f"/admin/push/sandboxpush/{push.pk}/change/").content.decode()
    assert "@grace" in html
    assert "launch code" in html
    assert "secret-token" not in html


def test_pushes_require_the_permission_to_read_messages(client: Client, push: SandboxPush) -> None:
    client.force_login(staff("push.view_sandboxpush"))
    html = client.get(f"/admin/push/sandboxpush/{push.pk}/change/").content.decode()
    assert "@grace" in html
    assert "launch code" not in html


def test_tokens_and_credentials_are_masked_at_any_depth() -> None:
    masked = without_secrets({"a": [{"Token": "x" * 20}], "authorization": "bearer abc", "title": "kept"})
    assert masked == {"a": [{"Token": "••••••xxxxxx"}], "authorization": "••••••", "title": "kept"}

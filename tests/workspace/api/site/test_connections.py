"""presence.getConnections and presence.enableBroadcast"""

from __future__ import annotations

import pytest

from tests.admin_rows import staff
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import UserFactory
from workspace.services.presence import activity_report, clients_disconnect

pytestmark = pytest.mark.django_db


def test_connected_clients_are_counted() -> None:
    ana, bob = UserFactory(), UserFactory()
    for client in ("page:1", "page:2"):
        activity_report(user=ana, client=client)
    activity_report(user=bob, client="page:3")
    clients_disconnect(user=bob)
    api = ApiClient(staff("workspace.manage_user_status"))
    assert api.get("presence.getConnections").json() == {"current": 2, "max": 0, "success": True}


def test_presence_is_always_shown() -> None:
    api = ApiClient(staff("workspace.manage_user_status"))
    assert api.post("presence.enableBroadcast").json() == {"success": True}


def test_the_permission_is_required() -> None:
    api = ApiClient(UserFactory())
    assert failure(api.get("presence.getConnections"), 403).endswith("[error-unauthorized]")
    assert failure(api.post("presence.enableBroadcast"), 403).endswith("[error-unauthorized]")
    assert ApiClient().get("presence.getConnections").json() == NOT_SIGNED_IN
    assert ApiClient().post("presence.enableBroadcast").json() == NOT_SIGNED_IN

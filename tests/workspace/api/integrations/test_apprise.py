"""Apprise itself, in its three modes for Rocket.Chat, against a running server."""

from __future__ import annotations

from urllib.parse import urlsplit

import apprise
import pytest
from pytest_django.live_server_helper import LiveServer

from tests.factories import PASSWORD, RoomFactory, UserFactory
from tests.webhooks import webhook_of
from workspace.models import Message, Room, User
from workspace.services.roles import roles_ensure
from workspace.services.sign_in import sign_in

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.thorough,
    # The library imports modules of Python that are deprecated.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture
def admin() -> User:
    roles_ensure()
    return UserFactory(username="ada", roles=("admin",))


@pytest.fixture
def room(admin: User) -> Room:
    return RoomFactory(name="alerts", members=[admin])


def notify(server: LiveServer, credentials: str, targets: str = "/#alerts", query: str = "") -> bool:
    """Send a notification with the library, and return whether it reports a success."""
    notifier = apprise.Apprise()
    assert notifier.add(f"rocket://{credentials}@{urlsplit(server.url).netloc}{targets}{query}")
    return bool(notifier.notify(title="Backup", body="The backup of *db1* is complete."))


def texts() -> list[str]:
    return list(Message.objects.filter(type="").values_list("text", flat=True))


def test_webhook_mode(live_server: LiveServer, admin: User, room: Room) -> None:
    hook = webhook_of(admin)
    credentials = f"{hook.integration.public_id}%2F{hook.token}"
    assert notify(live_server, credentials, targets="/")
    assert notify(live_server, credentials)
    assert len(texts()) == 2
    assert all("The backup of *db1* is complete." in text for text in texts())


def test_webhook_mode_with_another_room_needs_a_webhook_that_allows_it(
    live_server: LiveServer, admin: User, room: Room
) -> None:
    UserFactory(username="ana")
    closed, open_hook = webhook_of(admin), webhook_of(admin, name="Open", may_choose_room=True)
    assert not notify(live_server, f"{closed.integration.public_id}%2F{closed.token}", targets="/@ana")
    assert notify(live_server, f"{open_hook.integration.public_id}%2F{open_hook.token}", targets="/@ana/#alerts")
    assert len(texts()) == 2


def test_basic_mode_signs_in_with_a_password(live_server: LiveServer, admin: User, room: Room) -> None:
    assert notify(live_server, f"ada:{PASSWORD.replace(' ', '%20')}")
    assert "The backup of *db1* is complete." in texts()[0]
    assert not notify(live_server, "ada:wrong")


def test_token_mode_uses_a_token(live_server: LiveServer, admin: User, room: Room) -> None:
    token = sign_in(user=admin)
    assert notify(live_server, f"{admin.public_id}:{token}", query="?mode=token")
    assert "The backup of *db1* is complete." in texts()[0]

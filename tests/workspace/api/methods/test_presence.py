"""UserPresence:online and the other methods for presence."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from tests.api_client import ApiClient
from tests.factories import UserFactory
from tests.method_calls import call, call_error
from workspace.api.methods.calls import MethodCall
from workspace.api.methods.registry import call_method
from workspace.models import ClientPresence, User
from workspace.selectors.presence import presence_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


def test_a_client_in_use_is_online_and_an_idle_one_away(ana: User) -> None:
    client = ApiClient(ana)
    with time_machine.travel("2026-05-01T10:00:00Z", tick=False) as clock:
        assert call(client, "UserPresence:online") is None
        assert presence_of(ana).shown == "online"
        clock.shift(5)
        assert call(client, "UserPresence:away") is None
        assert presence_of(ana).shown == "away"
        clock.shift(5)
        call(client, "UserPresence:online")
        assert presence_of(ana).shown == "online"


def test_an_idle_client_does_not_hide_one_in_use(ana: User) -> None:
    with time_machine.travel("2026-05-01T10:00:00Z", tick=False):
        call(ApiClient(ana), "UserPresence:online")
        call(ApiClient(ana), "UserPresence:away")
        assert presence_of(ana).shown == "online"


class Socket:
    """A connection that remembers whether it is in use."""

    client = "socket:1"

    def __init__(self) -> None:
        self.uses: list[bool] = []

    def signed_in(self, user: User, auth_token: Any) -> None:
        raise AssertionError

    def signed_out(self) -> None:
        raise AssertionError

    def use(self, *, in_use: bool) -> None:
        self.uses.append(in_use)


def test_on_a_socket_the_socket_is_the_client(ana: User, rf: Any) -> None:
    socket = Socket()
    for name in ("UserPresence:online", "UserPresence:away"):
        call_method(name, [], MethodCall(request=rf.get("/"), user=ana, connection=socket))
    assert socket.uses == [True, False]
    assert not ClientPresence.objects.exists()


def test_a_status_is_set(ana: User) -> None:
    client = ApiClient(ana)
    call(client, "UserPresence:setDefaultStatus", "busy")
    assert presence_of(ana).shown == "busy"
    call(client, "setUserStatus", "online", "At lunch")
    assert (presence_of(ana).shown, presence_of(ana).status_text) == ("online", "At lunch")
    call(client, "setUserStatus", None, "")
    assert presence_of(ana).status_text == ""
    assert call_error(client, "UserPresence:setDefaultStatus", "gone")["error"] == "invalid-params"
    assert call_error(client, "setUserStatus")["reason"].startswith("Match error")

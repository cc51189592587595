"""Signing in and out on sockets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.utils import timezone
from knox.models import AuthToken

from tests.factories import PASSWORD, EmailAddressFactory, UserFactory
from tests.workspace.ddp.conftest import Run, Socket, in_test
from workspace.ddp import limits
from workspace.ddp.handlers import current_handlers
from workspace.ddp.sign_in import resume_all
from workspace.models import ClientPresence, Connection
from workspace.selectors.presence import presence_of
from workspace.services.accounts import password_set, sign_ins_end, user_deactivate
from workspace.services.sign_in import sign_in, sign_outs_announce

pytestmark = pytest.mark.django_db


def test_a_client_signs_in_with_its_token(run: Run) -> None:
    user = UserFactory(username="ana", name="Ana")
    EmailAddressFactory(user=user, address="ana@example.org")
    token = sign_in(user=user)
    expiry = AuthToken.objects.get().expiry

    async def test() -> None:
        socket = await Socket().start()
        await socket.send(msg="method", method="login", params=[{"resume": token}], id="1")
        added = await socket.next()
        assert (added["msg"], added["collection"], added["id"]) == ("added", "users", user.public_id)
        assert added["fields"] == {
            "username": "ana",
            "name": "Ana",
            "emails": [{"address": "ana@example.org", "verified": True}],
            "status": "online",
            "statusConnection": "online",
            "statusDefault": "online",
            "statusText": "",
            "utcOffset": 0,
            "active": True,
        }
        result = await socket.next()
        milliseconds = result["result"].pop("tokenExpires")["$date"]
        assert abs(datetime.fromtimestamp(milliseconds / 1000, UTC) - expiry).total_seconds() < 1
        signed_in = {"id": user.public_id, "token": token, "type": "resume"}
        assert result == {"msg": "result", "id": "1", "result": signed_in}
        assert await socket.next() == {"msg": "updated", "methods": ["1"]}
        await socket.disconnect()

    run(test)


@pytest.mark.parametrize("name", [{"username": "ana"}, {"email": "ana@example.org"}])
def test_a_client_signs_in_with_a_password(run: Run, settings: Any, name: dict[str, str]) -> None:
    settings.PASSWORD_HASHERS = ["tests.workspace.api.test_sign_in.QuickHasher"]
    user = UserFactory(username="ana")
    user.set_password(PASSWORD)
    user.save()
    EmailAddressFactory(user=user, address="ana@example.org")
    digest = {"digest": sha256(PASSWORD.encode()).hexdigest(), "algorithm": "sha-256"}

    async def test() -> None:
        for password in (PASSWORD, digest):
            socket = await Socket().start()
            result = (await socket.call("login", {"user": name, "password": password}))["result"]
            assert (result["id"], result["type"]) == (user.public_id, "password")
            await socket.disconnect()
        # The token works elsewhere.
        other = await Socket().start()
        assert (await other.call("login", {"resume": result["token"]}))["result"]["id"] == user.public_id
        await other.disconnect()

    run(test)


def test_wrong_credentials_are_rejected(run: Run) -> None:
    UserFactory(username="ana")

    async def test() -> None:
        socket = await Socket().start()
        wrong = {"user": {"username": "ana"}, "password": "wrong"}
        error = (await socket.call("login", wrong))["error"]
        assert (error["error"], error["errorType"], error["isClientSafe"]) == (403, "Meteor.Error", True)
        error = (await socket.call("login", {"resume": "unknown"}))["error"]
        assert (error["error"], error["reason"]) == (
            403,
            "You've been logged out by the server. Please log in again.",
        )
        await socket.disconnect()

    run(test)


def test_a_socket_is_anonymous_after_logout(run: Run) -> None:
    user = UserFactory()

    async def test() -> None:
        socket = await Socket().start()
        token = await socket.sign_in(user)
        await socket.send(msg="method", method="logout", params=[], id="1")
        assert await socket.next() == {"msg": "removed", "collection": "users", "id": user.public_id}
        assert await socket.next() == {"msg": "result", "id": "1"}
        assert await socket.next() == {"msg": "updated", "methods": ["1"]}
        assert (await socket.call("logout"))["error"]["error"] == "error-invalid-user"
        assert (await socket.call("login", {"resume": token}))["error"]["error"] == 403
        await socket.sign_in(user)
        await socket.disconnect()

    run(test)


def test_another_user_may_sign_in_on_the_same_socket(run: Run) -> None:
    ana, bob = UserFactory(), UserFactory()

    async def test() -> None:
        socket = await Socket().start()
        await socket.sign_in(ana)
        token = await in_test(sign_in, user=bob)
        await socket.send(msg="method", method="login", params=[{"resume": token}], id="1")
        assert await socket.next() == {"msg": "removed", "collection": "users", "id": ana.public_id}
        assert (await socket.next())["id"] == bob.public_id
        await socket.disconnect()

    run(test)
    assert not ClientPresence.objects.exists()


def test_an_open_socket_is_a_client_until_it_is_closed(run: Run) -> None:
    user = UserFactory()

    async def test() -> None:
        socket = await Socket().start()
        assert (await in_test(presence_of, user)).connection == Connection.OFFLINE
        await socket.sign_in(user)
        assert (await in_test(presence_of, user)).connection == Connection.ONLINE
        other = await Socket().start()
        await other.sign_in(user)
        await socket.disconnect()
        assert (await in_test(presence_of, user)).connection == Connection.ONLINE
        await other.disconnect()

    run(test)
    assert presence_of(user).connection == Connection.OFFLINE


def test_a_user_has_a_limited_number_of_sockets(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SOCKETS_PER_USER", 2)
    user = UserFactory(username="ana")

    async def test() -> None:
        sockets = [await Socket().start() for _number in range(3)]
        token = await sockets[0].sign_in(user)
        await sockets[1].sign_in(user)
        assert (await sockets[2].call("login", {"resume": token}))["error"]["error"] == "error-too-many-sockets"
        tokens = await in_test(AuthToken.objects.count)
        password = {"user": {"username": "ana"}, "password": PASSWORD}
        assert (await sockets[2].call("login", password))["error"]["error"] == "error-too-many-sockets"
        # No token is left that nobody knows.
        assert await in_test(AuthToken.objects.count) == tokens
        await sockets[1].disconnect()
        assert "error" not in await sockets[2].call("login", {"resume": token})
        await sockets[0].disconnect()
        await sockets[2].disconnect()

    run(test)


def test_a_client_says_whether_it_is_in_use(run: Run) -> None:
    user = UserFactory()

    async def test() -> None:
        socket = await Socket().start()
        await socket.sign_in(user)
        for method, connection in (("away", Connection.AWAY), ("online", Connection.ONLINE), ("away", Connection.AWAY)):
            assert "error" not in await socket.call(f"UserPresence:{method}")
            assert (await in_test(presence_of, user)).connection == connection
        # A second client is in use.
        other = await Socket().start()
        await other.sign_in(user)
        assert (await in_test(presence_of, user)).connection == Connection.ONLINE
        await other.disconnect()
        assert (await in_test(presence_of, user)).connection == Connection.AWAY
        await socket.disconnect()

    run(test)


@pytest.mark.parametrize("count", [1, 20])
def test_many_sign_in_at_once_with_few_queries(django_assert_max_num_queries: Any, count: int) -> None:
    tokens = [sign_in(user=user) for user in UserFactory.create_batch(count)]
    AuthToken.objects.update(expiry=timezone.now() + timedelta(days=3))
    # The sign-ins, their extension and last use in a savepoint, presences, addresses and the workspace's time zone.
    with django_assert_max_num_queries(8):
        signed_in = resume_all([*tokens, "unknown"])
    assert [one is not None for one in signed_in] == [True] * count + [False]
    assert AuthToken.objects.filter(expiry__gt=timezone.now() + timedelta(days=80)).count() == count


ENDINGS = {
    "signed out": lambda user: sign_ins_end(user=user),
    "deactivated": lambda user: user_deactivate(user=user, by=UserFactory(roles=("admin",))),
    "new password": lambda user: password_set(user=user, password="another horse battery"),
    "expired": lambda user: AuthToken.objects.filter(user=user).update(expiry=timezone.now()),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_socket_is_closed_with_its_sign_in(run: Run, ending: str) -> None:
    user, other = UserFactory(), UserFactory()

    async def test() -> None:
        socket, others = await Socket().start(), await Socket().start()
        await socket.sign_in(user)
        await others.sign_in(other)
        await in_test(ENDINGS[ending], user)
        await current_handlers().sockets.end_sign_ins()
        assert await socket.closing() == (1008, "Signed out")
        await socket.disconnect()
        await others.send(msg="ping")
        assert await others.next() == {"msg": "pong"}
        await others.disconnect()

    run(test)


def test_a_call_after_the_end_of_the_sign_in_closes_the_socket(run: Run) -> None:
    user = UserFactory()

    async def test() -> None:
        socket = await Socket().start()
        await socket.sign_in(user)
        await in_test(sign_ins_end, user=user)
        assert (await socket.call("UserPresence:online"))["error"]["error"] == "error-invalid-user"
        assert await socket.closing() == (1008, "Signed out")
        await socket.disconnect()

    run(test)


def test_a_restarting_server_leaves_time_to_reconnect(run: Run) -> None:
    user = UserFactory()

    async def test() -> None:
        socket = await Socket().start()
        await socket.sign_in(user)
        await socket.disconnect(code=1012)

    run(test)
    assert presence_of(user).connection == Connection.ONLINE
    assert presence_of(user, at=timezone.now() + timedelta(seconds=30)).connection == Connection.OFFLINE


def test_open_sockets_are_extended(run: Run) -> None:
    user = UserFactory()

    async def test() -> None:
        socket = await Socket().start()
        await socket.sign_in(user)
        await in_test(ClientPresence.objects.all().delete)
        sockets = current_handlers().sockets
        await sockets.extend()
        await socket.send(msg="ping")
        await socket.next()
        assert await in_test(ClientPresence.objects.count) == 1
        await socket.disconnect()

    run(test)


def test_every_sign_out_is_announced(run: Run, django_capture_on_commit_callbacks: Any) -> None:
    user = UserFactory()
    sign_in(user=user)
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        sign_ins_end(user=user)
    assert sign_outs_announce in callbacks

"""A push keeps its identity through every retry, and is handed on once."""

from __future__ import annotations

from push.models import GatewayPush, SandboxPush
from tests.factories import registered
from tests.push.gateway.conftest import Send


def test_a_repetition_of_an_accepted_push_is_not_forwarded_again(send: Send) -> None:
    assert [send(identity="i1").status_code for _time in range(3)] == [200, 200, 200]
    assert SandboxPush.objects.get().headers["apns-id"]


def test_the_same_identity_for_another_device_is_another_push(send: Send) -> None:
    send(identity="i1", token="t1")
    send(identity="i1", token="t2")
    assert SandboxPush.objects.count() == 2


def test_pushes_without_an_identity_are_all_forwarded_and_leave_no_row(send: Send) -> None:
    send()
    send()
    assert SandboxPush.objects.count() == 2
    assert not GatewayPush.objects.exists()


def test_identities_are_separate_for_each_workspace(send: Send) -> None:
    _other, token = registered("u2")
    send(identity="i1")
    assert send(identity="i1", uniqueId="u2", authorization=f"Bearer {token}").status_code == 200
    assert SandboxPush.objects.count() == 2


def test_a_push_that_was_not_accepted_is_forwarded_again(send: Send) -> None:
    for token, status in (("fail-1", 502), ("refuse-1", 422), ("dead-1", 406)):
        assert [send(identity="i1", token=token).status_code for _time in range(2)] == [status, status]
    assert not GatewayPush.objects.exists()

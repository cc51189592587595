"""Several workers deciding at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from push.models import Decision, Notification
from push.services.fanout import pending_decide
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from workspace.models import Subscription

WORKERS, ROOMS, MESSAGES = 3, 2, 4


def worker_run(_number: int) -> int:
    try:
        return pending_decide()
    finally:
        connection.close()


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_each_message_is_decided_once() -> None:
    user = UserFactory()
    DeviceFactory(user=user)
    for _room in range(ROOMS):
        room = RoomFactory(members=[user])
        for _message in range(MESSAGES):
            message_in(room, UserFactory(), f"@{user.username} please")
    with ThreadPoolExecutor(WORKERS) as pool:
        decided = sum(pool.map(worker_run, range(WORKERS)))
    assert decided == ROOMS * MESSAGES
    assert not Decision.objects.filter(decided_at=None).exists()
    assert Notification.objects.count() == ROOMS * MESSAGES
    assert list(Subscription.objects.filter(user=user).values_list("unread", flat=True)) == [MESSAGES] * ROOMS
    assert not Decision.objects.exclude(failures=0).exists()

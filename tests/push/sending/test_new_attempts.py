"""Attempts that are built and saved without Django's instances and queries are what those would have made."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from push.models import Attempt, Channel, Device
from push.sending.new_attempts import attempt_new, attempts_insert
from tests.push.conftest import Post, queue
from workspace.models import User

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def columns(attempt: Attempt) -> dict[str, object]:
    return {field.attname: getattr(attempt, field.attname) for field in attempt._meta.concrete_fields}


def test_new_attempts_are_those_of_the_constructor() -> None:
    new = attempt_new(7, None, number=2, token="t", now=NOW)
    built = Attempt(notification_id=7, device_id=None, number=2, claimed_by="t", started_at=NOW)
    assert columns(new) == columns(built)
    assert new._state.adding


def test_attempts_are_saved_whole(receiver: User, device: Device, post: Post) -> None:
    first, second = queue(receiver, post()), queue(receiver, post())
    by_mail = queue(receiver, post(), channel=Channel.EMAIL)
    attempts = [
        attempt_new(item.pk, key, number=1, token="t", now=NOW)
        for item, key in ((first, device.pk), (second, device.pk), (by_mail, None))
    ]
    attempts[0].route = "gateway"
    keys = attempts_insert(attempts)
    assert keys == {attempt.pk for attempt in attempts}
    assert not any(attempt._state.adding for attempt in attempts)
    assert [columns(attempt) for attempt in Attempt.objects.order_by("pk")] == [columns(one) for one in attempts]
    assert attempts_insert([]) == set()

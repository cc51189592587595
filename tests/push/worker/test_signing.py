"""Tasks in the broker: write access to it must not allow code execution."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.core.signing import b64_decode
from django.utils.encoding import force_str
from django_q.brokers import Broker, get_broker
from django_q.conf import Conf
from django_q.models import Task
from django_q.signing import SignedPackage
from django_q.tasks import async_task
from redis import Redis

from push.waking import enqueue
from push.worker.brokers import DatabaseBroker
from push.worker.redis_broker import RedisBroker
from push.worker.task_process import TaskResults
from tests.logs import logged
from workspace.cache import JsonSerializer

needs_redis = pytest.mark.skipif(not settings.REDIS_URL, reason="needs Redis")


class Trap:
    """An object that creates a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.folder),)


class Pickles:
    """The serializer of earlier versions."""

    @staticmethod
    def dumps(task: Any) -> bytes:
        return pickle.dumps(task)


@pytest.fixture(params=[DatabaseBroker, pytest.param(RedisBroker, marks=needs_redis)])
def broker(request: pytest.FixtureRequest, db: None) -> Broker:
    return request.param(list_key=f"{settings.REDIS_PREFIX}-signing")


def test_a_task_is_json_without_its_signature() -> None:
    package = SignedPackage.dumps({"func": "push.tasks.dispatch", "args": (1, "two")})
    task = json.loads(b64_decode(package.split(":")[0].encode()))
    assert task == {"func": "push.tasks.dispatch", "args": [1, "two"]}


@pytest.mark.parametrize("key", ["the site's", "the tasks'"])
def test_pickled_tasks_of_an_earlier_version_are_dropped_unread(
    broker: Broker, tmp_path: Path, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    """Pickles signed by earlier versions with SECRET_KEY, and even those signed with the current key."""
    secret = settings.SECRET_KEY if key == "the site's" else Conf.SECRET_KEY
    trapped = tmp_path / "made"
    for _number in range(3):
        broker.enqueue(signing.dumps(Trap(trapped), key=secret, salt=Conf.PREFIX, serializer=Pickles))
    own = SignedPackage.dumps({"func": "push.tasks.dispatch"})
    broker.enqueue(own)
    broker._filter = type(broker._filter)()  # type: ignore[attr-defined]
    received: list[Any] = []
    while broker.queue_size():
        received += broker.dequeue() or []
    assert [force_str(package) for _key, package in received] == [own]
    assert not trapped.exists()
    assert len(logged(caplog, "task.dropped")) == 1


@pytest.mark.parametrize("function", ["os.system", "push.tasks.__init__", "push.services.testing.own_push_test", None])
def test_a_task_can_only_name_a_task_of_this_project(broker: Broker, function: str | None) -> None:
    broker.enqueue(SignedPackage.dumps({"func": function, "args": ["id"]}))
    assert not broker.dequeue()
    assert broker.queue_size() == 0


@pytest.mark.parametrize("garbage", ["", "x", "a:b:c", "\u00ff", ":::"])
def test_garbage_in_the_broker_is_dropped(broker: Broker, garbage: str) -> None:
    broker.enqueue(garbage)
    assert not broker.dequeue()
    assert broker.queue_size() == 0


@pytest.mark.django_db
def test_arguments_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    async_task("workspace.tasks.requested_mail", 5)
    [(_key, package)] = get_broker().dequeue()
    assert SignedPackage.loads(package)["args"] == [5]
    assert enqueue("dispatch")
    assert len(get_broker().dequeue()) == 1


@pytest.mark.django_db
def test_a_failed_task_is_logged_but_not_saved(caplog: pytest.LogCaptureFixture) -> None:
    results = TaskResults()
    results.put({"func": "push.tasks.clear", "success": True, "result": None})
    results.put({"func": "push.tasks.dispatch", "success": False, "result": "no such table"})
    assert not Task.objects.exists()
    [failed] = logged(caplog, "task.failed")
    assert (failed["name"], failed["problem"]) == ("push.tasks.dispatch", "no such table")


def test_cached_values_are_json_and_pickles_are_not_read(tmp_path: Path) -> None:
    serializer, trapped = JsonSerializer(), tmp_path / "made"
    for value in (5, True, 1.5, "text", [1, ["a", None]], {"a": 1}):
        data = serializer.dumps(value)
        assert serializer.loads(str(data).encode() if type(data) is int else data) == value  # type: ignore[arg-type]
    assert serializer.loads(pickle.dumps(Trap(trapped))) is None
    assert not trapped.exists()


@needs_redis
def test_a_pickle_that_was_written_into_the_cache_is_not_read(tmp_path: Path) -> None:
    trapped = tmp_path / "made"
    Redis.from_url(settings.REDIS_URL).set(cache.make_key("trap"), pickle.dumps(Trap(trapped)), ex=60)
    assert cache.get("trap") is None
    assert not trapped.exists()


class TestTasksOfOtherVersions:
    """Their arguments differ; none may remain in the broker, and none may fail."""

    @pytest.mark.parametrize(
        ("arguments", "keywords"),
        [
            ([7], {}),
            ([], {"mail_pk": 7}),
            ([7, "a later argument"], {}),
            ([7], {"added_later": True}),
            ([7], {"mail_pk": 8}),
            ((7,), None),
        ],
    )
    def test_unknown_arguments_are_ignored(self, arguments: Any, keywords: Any) -> None:
        stored = {"func": "workspace.tasks.requested_mail", "args": arguments, "kwargs": keywords}
        task = SignedPackage.loads(SignedPackage.dumps(stored))
        assert {**dict(zip(["mail_pk"], task["args"], strict=False)), **task["kwargs"]} == {"mail_pk": 7}

    @pytest.mark.parametrize(
        "stored",
        [
            {"func": "workspace.tasks.requested_mail", "args": [], "kwargs": {}},
            {"func": "workspace.tasks.requested_mail", "args": {"mail_pk": 7}},
            {"func": "push.tasks.removed_since", "args": [], "kwargs": {}},
        ],
    )
    def test_tasks_that_can_never_run_are_dropped(
        self, broker: Broker, stored: dict[str, Any], caplog: pytest.LogCaptureFixture
    ) -> None:
        broker.enqueue(SignedPackage.dumps(stored))
        broker._filter = type(broker._filter)()  # type: ignore[attr-defined]
        while broker.queue_size():
            assert not broker.dequeue()
        assert "task.dropped" in caplog.text

    @pytest.mark.parametrize("left_out", ["id", "name", "args", "kwargs", "started"])
    def test_fields_of_the_queue_may_be_missing(self, left_out: str) -> None:
        stored = {"id": "1", "name": "two", "func": "push.tasks.dispatch", "args": [], "kwargs": {}, "started": "now"}
        del stored[left_out]
        assert left_out in SignedPackage.loads(SignedPackage.dumps(stored))

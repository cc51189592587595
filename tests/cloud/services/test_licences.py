"""The key with which a cloud signs licences."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from cloud.models import SigningKey
from cloud.services import licences
from cloud.services.licences import signing_key_ensure
from tests.single_steps import single_steps_executor

pytestmark = pytest.mark.django_db(transaction=True)


def test_concurrent_callers_get_the_same_new_key(monkeypatch: pytest.MonkeyPatch) -> None:
    both_found_none = threading.Barrier(2, timeout=10)
    pair_new, found = licences.key_pair_new, []

    def pair_new_together() -> tuple[str, str]:
        both_found_none.wait()
        return pair_new()

    def ensure() -> None:
        try:
            found.append(signing_key_ensure().public_key)
        finally:
            connection.close()

    monkeypatch.setattr(licences, "key_pair_new", pair_new_together)
    threads = [threading.Thread(target=ensure) for _process in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [SigningKey.objects.get().public_key] * 2


@pytest.fixture
def before_there_was_one(empty_database: str) -> Any:
    """Return the models before the migration, on a database that has come this far."""
    return single_steps_executor().migrate([("cloud", "0003_cloud_service")]).apps


@pytest.mark.thorough
def test_the_migration_keeps_the_key_in_use_of_two_old_ones(before_there_was_one: Any) -> None:
    keys = before_there_was_one.get_model("cloud", "SigningKey").objects
    for number in ("1", "2"):
        keys.create(key_id=f"key-{number}", private_key=f"secret-{number}", public_key=f"public-{number}")
    executor = single_steps_executor()
    executor.migrate([("cloud", "0004_one_signing_key")])
    key = signing_key_ensure()
    assert (key.key_id, key.public_key, key.private_key) == ("key-2", "public-2", "secret-2")


def test_an_existing_key_is_reused() -> None:
    assert signing_key_ensure().key_id == signing_key_ensure().key_id

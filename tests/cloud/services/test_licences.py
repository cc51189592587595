"""The key that a cloud signs licences with."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from cloud.models import SigningKey
from cloud.services import licences
from cloud.services.licences import signing_key_ensure

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_those_who_need_a_key_first_all_get_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_key_that_was_made_is_kept() -> None:
    assert signing_key_ensure().key_id == signing_key_ensure().key_id

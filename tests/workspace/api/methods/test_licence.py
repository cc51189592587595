"""license:getModules and license:hasLicense."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.factories import UserFactory
from tests.method_calls import call
from workspace.setting_groups import licence

pytestmark = pytest.mark.django_db


@pytest.fixture
def _licensed() -> Iterator[None]:
    def granted() -> tuple[str, ...]:
        return ("push-privacy", "auditing")

    licence.source_register(granted)
    yield
    licence.source_unregister(granted)


def test_there_are_no_modules_without_a_licence() -> None:
    for caller in (None, UserFactory()):
        assert call(caller, "license:getModules") == []
        assert call(caller, "license:hasLicense", "push-privacy") is False


@pytest.mark.usefixtures("_licensed")
def test_the_modules_of_the_licence_are_named() -> None:
    assert call(None, "license:getModules") == ["auditing", "push-privacy"]
    assert call(None, "license:hasLicense", "push-privacy") is True
    assert call(None, "license:hasLicense", "other") is False

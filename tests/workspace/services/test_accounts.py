"""Changing accounts."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from tests.factories import UserFactory
from workspace.services.accounts import locale_save

pytestmark = pytest.mark.django_db


def test_language_and_time_zone_are_saved_each_by_itself() -> None:
    user = UserFactory()
    locale_save(user=user, language="de")
    locale_save(user=user, time_zone="Europe/Berlin")
    user.refresh_from_db()
    assert (user.language, user.time_zone) == ("de", "Europe/Berlin")
    locale_save(user=user, language="", time_zone="")
    user.refresh_from_db()
    assert (user.language, user.time_zone) == ("", "")


@pytest.mark.parametrize("wrong", [{"language": "xx"}, {"time_zone": "Europe/Atlantis"}])
def test_what_there_is_not_is_refused(wrong: dict[str, str]) -> None:
    user = UserFactory(language="de")
    with pytest.raises(ValidationError):
        locale_save(user=user, **wrong)
    user.refresh_from_db()
    assert (user.language, user.time_zone) == ("de", "")

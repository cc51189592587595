"""Changing accounts."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from tests.admin_rows import staff
from tests.factories import UserFactory
from workspace.errors import MissingPermissionError
from workspace.models import User
from workspace.services.accounts import locale_save, user_activate, user_deactivate

pytestmark = pytest.mark.django_db


def test_language_and_time_zone_are_saved_separately() -> None:
    user = UserFactory()
    locale_save(user=user, language="de")
    locale_save(user=user, time_zone="Europe/Berlin")
    user.refresh_from_db()
    assert (user.language, user.time_zone) == ("de", "Europe/Berlin")
    locale_save(user=user, language="", time_zone="")
    user.refresh_from_db()
    assert (user.language, user.time_zone) == ("", "")


@pytest.mark.parametrize("wrong", [{"language": "xx"}, {"time_zone": "Europe/Atlantis"}])
def test_unknown_locales_are_rejected(wrong: dict[str, str]) -> None:
    user = UserFactory(language="de")
    with pytest.raises(ValidationError):
        locale_save(user=user, **wrong)
    user.refresh_from_db()
    assert (user.language, user.time_zone) == ("de", "")


@pytest.mark.parametrize("permissions", [(), ("workspace.change_user",)])
def test_only_users_who_may_change_an_account_can_deactivate_or_activate_it(permissions: tuple[str, ...]) -> None:
    by, admin = staff(*permissions), UserFactory(roles=("admin",))
    for change in (user_deactivate, user_activate):
        with pytest.raises(MissingPermissionError):
            change(user=admin, by=by)
    assert User.objects.get(pk=admin.pk).is_active

"""Changing accounts."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from knox.models import AuthToken

from push.models import Device
from tests.admin_rows import staff
from tests.api_client import ApiClient
from tests.factories import UserFactory
from workspace.errors import MissingPermissionError
from workspace.models import Connection, User
from workspace.selectors.presence import presence_of
from workspace.services.accounts import locale_save, user_activate, user_deactivate
from workspace.services.presence import activity_report

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


def test_a_deactivation_ends_tokens_browser_sessions_devices_and_presence_at_once() -> None:
    user, admin, browser = UserFactory(), UserFactory(roles=("admin",)), Client()
    browser.force_login(user)
    api = ApiClient(user)
    api.post("push.token", type="gcm", value="token", appName="app")
    activity_report(user=user, client="app")
    assert (browser.get("/account/").status_code, presence_of(user).connection) == (200, Connection.ONLINE)
    user_deactivate(user=user, by=admin)
    assert browser.get("/account/").status_code == 302
    assert api.get("me").status_code == 401
    assert not AuthToken.objects.filter(user=user).exists()
    assert not Device.objects.filter(user=user).exists()
    assert presence_of(user).connection == Connection.OFFLINE

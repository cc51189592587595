"""public-settings/get, private-settings/get, permissions/get, getUserRoles."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.factories import UserFactory
from tests.method_calls import call, call_error
from workspace.models import ChangeSource, User
from workspace.services.settings import Origin, setting_save

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return UserFactory(username="root", roles=("admin", "user"))


def date(seconds: float) -> dict[str, int]:
    """Return the EJSON date this many seconds from now."""
    return {"$date": int((timezone.now() + timedelta(seconds=seconds)).timestamp() * 1000)}


def ids(settings: list[dict[str, Any]]) -> set[str]:
    return {setting["_id"] for setting in settings}


def test_public_settings_are_for_everyone(admin: User) -> None:
    private = ids(call(admin, "private-settings/get"))
    for caller in (None, admin):
        settings = {setting["_id"]: setting for setting in call(caller, "public-settings/get")}
        assert settings["Threads_enabled"]["value"] is True
        assert set(settings["Threads_enabled"]["_updatedAt"]) == {"$date"}
        assert private - settings.keys()


def test_with_a_date_only_changed_settings_are_returned(admin: User) -> None:
    since = date(1)
    for name in ("public-settings/get", "private-settings/get"):
        assert call(admin, name, since) == {"update": [], "remove": []}
    assert len(call(None, "public-settings/get", date(-86400 * 365))["update"]) > 20


def test_a_saved_setting_is_among_the_changes(admin: User) -> None:
    since = date(-0.001)
    setting_save(setting_id="Site_Name", value="Theatre", origin=Origin(source=ChangeSource.API, actor=admin))
    for name in ("public-settings/get", "private-settings/get"):
        changed = call(admin, name, since)["update"]
        assert [(row["_id"], row["value"]) for row in changed] == [("Site_Name", "Theatre")]


def test_private_settings_are_for_those_who_may_view_them(admin: User) -> None:
    settings = call(admin, "private-settings/get")
    assert "Push_enable" in ids(settings)
    assert not [setting for setting in settings if setting.get("secret") and setting["value"]]
    assert call(UserFactory(), "private-settings/get") == []
    assert call(UserFactory(), "private-settings/get", date(-5)) == {"update": [], "remove": []}


def test_permissions_are_a_list_or_changes(admin: User) -> None:
    permissions = {permission["_id"]: permission for permission in call(admin, "permissions/get")}
    assert "admin" in permissions["mention-all"]["roles"]
    changes = call(admin, "permissions/get", date(-5))
    assert set(changes) == {"update", "remove"}


def test_the_users_with_public_roles_are_returned(admin: User) -> None:
    assert {"_id": admin.public_id, "username": "root", "roles": ["admin", "user"]} in call(admin, "getUserRoles")


def test_settings_are_saved_by_those_who_may_edit_them(admin: User) -> None:
    assert call(admin, "saveSetting", "Site_Name", "Theatre", None) is True
    assert call(admin, "saveSettings", [{"_id": "Site_Name", "value": "Opera"}]) is True
    public = {setting["_id"]: setting["value"] for setting in call(None, "public-settings/get")}
    assert public["Site_Name"] == "Opera"
    for name, arguments in (
        ("saveSetting", ["Site_Name", "x"]),
        ("saveSettings", [[{"_id": "Site_Name", "value": 1}]]),
    ):
        assert call_error(UserFactory(), name, *arguments)["error"] == "error-unauthorized"
    assert call_error(admin, "saveSettings", [5])["reason"] == "Match error: Expected array of objects for 'settings'"

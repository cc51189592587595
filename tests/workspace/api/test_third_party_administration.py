"""Accounts, roles and settings as the third-party client rocketchat_API uses them, over real HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rocketchat_API.APIExceptions.RocketExceptions import RocketApiException, RocketAuthenticationException
from rocketchat_API.rocketchat import RocketChat

from tests.factories import PASSWORD
from tests.pictures import png
from workspace.models import ChangeSource, User
from workspace.services.accounts import user_create
from workspace.services.roles import roles_ensure
from workspace.services.settings import Origin, setting_save

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough, pytest.mark.any_database]

SINCE = "2020-01-01T00:00:00.000Z"


@pytest.fixture
def bob() -> User:
    roles_ensure()
    return user_create(username="bob", password=PASSWORD)


@pytest.fixture
def rocket(live_server: Any, bob: User) -> RocketChat:
    user_create(username="admin", password=PASSWORD, roles=["admin"])
    return RocketChat("admin", PASSWORD, server_url=live_server.url)


def test_registers_and_deletes_accounts(live_server: Any, rocket: RocketChat) -> None:
    visitor = RocketChat(server_url=live_server.url)
    with pytest.raises(RocketApiException):
        visitor.users_register("grace@example.org", "Grace", PASSWORD, "grace")
    setting_save(setting_id="Accounts_RegistrationForm", value="Public", origin=Origin(source=ChangeSource.API))
    made = visitor.users_register("grace@example.org", "Grace", PASSWORD, "grace")["user"]
    assert RocketChat("grace", PASSWORD, server_url=live_server.url).me()["_id"] == made["_id"]
    assert rocket.users_delete(made["_id"])["success"]
    with pytest.raises(RocketAuthenticationException):
        RocketChat("grace", PASSWORD, server_url=live_server.url)
    with pytest.raises(RocketApiException) as raised:
        rocket.users_info(username="grace")
    assert raised.value.error == "User not found."


def test_requests_a_new_password(rocket: RocketChat) -> None:
    assert rocket.users_forgot_password("bob@example.org")["success"]


# The client does not close the file.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_sets_and_removes_a_picture(
    live_server: Any, rocket: RocketChat, bob: User, settings: Any, tmp_path: Path
) -> None:
    settings.SITE_URL = live_server.url
    member, content, file = RocketChat("bob", PASSWORD, server_url=live_server.url), png(), tmp_path / "bob.png"
    file.write_bytes(content)
    assert member.users_set_avatar(str(file))["success"]
    assert member.session.get(f"{live_server.url}/avatar/bob", timeout=5).content == content
    assert member.me()["avatarETag"]
    assert rocket.users_reset_avatar(user_id=bob.public_id)["success"]
    assert "<svg" in member.session.get(f"{live_server.url}/avatar/bob", timeout=5).text
    for name in ({"user_id": bob.public_id}, {"username": "bob"}):
        # The client follows the redirect.
        assert "<svg" in rocket.users_get_avatar(**name)
    with pytest.raises(RocketApiException) as raised:
        member.users_set_avatar("https://127.0.0.1/bob.png")
    assert raised.value.error_type == "error-avatar-invalid-url"


def test_creates_tokens(live_server: Any, rocket: RocketChat, bob: User, settings: Any) -> None:
    with pytest.raises(RocketApiException):
        rocket.users_create_token(bob.public_id, "secret")
    settings.CREATE_TOKENS_FOR_USERS_SECRET = "secret"
    made = rocket.users_create_token(bob.public_id, "secret")["data"]
    signed_in = RocketChat(auth_token=made["authToken"], user_id=made["userId"], server_url=live_server.url)
    assert signed_in.me()["username"] == "bob"


def test_changes_roles(rocket: RocketChat, bob: User) -> None:
    role = rocket.roles_create("editors", description="Edit the programme")["role"]
    assert role["_id"] in {found["_id"] for found in rocket.roles_list()["roles"]}
    assert rocket.roles_add_user_to_role(role["_id"], "bob")["role"]["_id"] == role["_id"]
    assert [user["username"] for user in rocket.roles_get_users_in_role(role["_id"])] == ["bob"]
    public = rocket.roles_get_users_in_public_roles()["users"]
    assert {user["username"] for user in public} == {"admin", "bob"}
    permissions = [{"_id": "view-statistics", "roles": ["admin", role["_id"]]}]
    rocket.permissions_update(permissions)
    found = {row["_id"]: row["roles"] for row in rocket.permissions_list_all(updatedSince=SINCE)["update"]}
    assert set(found["view-statistics"]) == {"admin", role["_id"]}
    assert rocket.roles_remove_user_from_role(role["_id"], "bob")["success"]
    assert rocket.roles_delete(role["_id"])["success"]
    changes = rocket.roles_sync(SINCE)["roles"]
    assert role["_id"] in {gone["_id"] for gone in changes["remove"]}


def test_reads_and_changes_settings(rocket: RocketChat) -> None:
    assert rocket.settings_update("Message_AllowEditing", False)["success"]
    assert rocket.settings_get("Message_AllowEditing")["value"] is False
    assert "Message_AllowEditing" in {setting["_id"] for setting in rocket.settings()}
    public = {setting["_id"]: setting["value"] for setting in rocket.settings_public()}
    assert public["Message_AllowEditing"] is False
    assert rocket.service_configurations()["configurations"] == []


def test_reads_what_does_not_exist_here(rocket: RocketChat) -> None:
    assert rocket.banners("web")["banners"] == []
    assert rocket.banners_get_by_id("x", "web")["banners"] == []
    for listed in (rocket.custom_user_status_list, rocket.custom_emoji_all, rocket.custom_sounds_list):
        assert list(listed()) == []
    assert rocket.custom_emoji_list()["emojis"] == {"update": [], "remove": []}
    assert rocket.licenses_info()["license"]["activeModules"] == []
    assert next(iter(rocket.statistics_list()))["totalUsers"] == 2

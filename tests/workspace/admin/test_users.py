"""Admin pages of accounts."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from tests.admin_rows import administrator, staff
from tests.factories import PASSWORD, EmailAddressFactory, RoomFactory, UserFactory
from workspace.models import User
from workspace.services.sign_in import sign_in, token_find

pytestmark = pytest.mark.django_db

EMAILS = {"emails-TOTAL_FORMS": 0, "emails-INITIAL_FORMS": 0}


@pytest.fixture
def admin(client: Client) -> User:
    user = administrator()
    client.force_login(user)
    return user


def change_url(user: User, action: str = "change") -> str:
    return f"/admin/workspace/user/{user.pk}/{action}/"


def form_of(user: User, **changes: Any) -> dict[str, Any]:
    """Return the submitted form of the account page if only these fields were changed."""
    inlines = {
        f"{prefix}-{count}": 0
        for prefix in ("emails", "preferences", "quiet_hours", "highlight_words", "devices")
        for count in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    groups = [group.pk for group in user.groups.all()]
    return {"username": user.username, "name": user.name, "language": "", "groups": groups, **inlines, **changes}


def test_a_new_account_gets_its_password_roles_and_addresses(client: Client, admin: User) -> None:
    general = RoomFactory(public_id="GENERAL", name="general")
    sent = {
        "username": "grace",
        "name": "Grace Hopper",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "groups": [Group.objects.get(name="user").pk],
        "joins_default_channel": "on",
        **EMAILS,
        "emails-TOTAL_FORMS": 1,
        "emails-0-address": "grace@example.org",
        "emails-0-verified": "on",
    }
    answer = client.post("/admin/workspace/user/add/", sent)
    assert answer.status_code == 302
    grace = User.objects.get(username="grace")
    assert grace.check_password(PASSWORD)
    assert [group.name for group in grace.groups.all()] == ["user"]
    assert grace.emails.get(verified=True).address == "grace@example.org"
    assert general.subscriptions.get().user == grace
    general.refresh_from_db()
    assert general.members_count == 1


def test_a_new_account_need_not_have_a_password(client: Client, admin: User) -> None:
    sent = {"username": "bot", "name": "", "usable_password": "false", "password1": "", "password2": "", **EMAILS}
    assert client.post("/admin/workspace/user/add/", sent).status_code == 302
    assert not User.objects.get(username="bot").has_usable_password()


def test_a_new_administrator_has_access_to_the_administration(client: Client, admin: User) -> None:
    role = Group.objects.get(name="admin").pk
    sent = {
        "username": "ada",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "groups": [role],
    }
    client.post("/admin/workspace/user/add/", {**sent, **EMAILS})
    assert User.objects.get(username="ada").is_staff


@pytest.mark.parametrize("username", ["GRACE", "gr ace", "", "x" * 65])
def test_an_account_with_an_invalid_or_taken_name_is_rejected(client: Client, admin: User, username: str) -> None:
    UserFactory(username="grace")
    before = User.objects.count()
    sent = {"username": username, "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD, **EMAILS}
    assert client.post("/admin/workspace/user/add/", sent).status_code == 200
    assert User.objects.count() == before


def test_an_account_is_changed(client: Client, admin: User) -> None:
    user = UserFactory(name="Before")
    client.post(change_url(user), form_of(user, name="After", language="de"))
    user.refresh_from_db()
    assert (user.name, user.language) == ("After", "de")


def test_an_account_with_the_role_admin_has_access_to_the_administration(client: Client, admin: User) -> None:
    user = UserFactory()
    client.post(change_url(user), form_of(user, groups=[Group.objects.get(name="admin").pk]))
    user.refresh_from_db()
    assert user.is_staff


def test_an_address_marked_as_verified_belongs_to_the_account_alone(client: Client, admin: User) -> None:
    named, other = EmailAddressFactory(verified=False), EmailAddressFactory(verified=False)
    other.user.emails.create(address=named.address.upper())
    row = {"emails-TOTAL_FORMS": 1, "emails-INITIAL_FORMS": 1, "emails-0-id": named.pk, "emails-0-user": named.user_id}
    given = {**row, "emails-0-address": named.address, "emails-0-verified": "on"}
    assert client.post(change_url(named.user), form_of(named.user, **given)).status_code == 302
    assert named.user.emails.get().verified
    assert list(other.user.emails.all()) == [other]


def test_an_address_that_another_account_has_verified_is_refused(client: Client, admin: User) -> None:
    taken, user = EmailAddressFactory(), UserFactory()
    given = {"emails-TOTAL_FORMS": 1, "emails-0-user": user.pk, "emails-0-address": taken.address}
    answer = client.post(change_url(user), form_of(user, **given))
    assert "belongs to another account" in answer.content.decode()
    assert not user.emails.exists()


def test_a_password_can_be_changed(client: Client, admin: User) -> None:
    user = UserFactory()
    sent = {"usable_password": "true", "password1": "another horse battery", "password2": "another horse battery"}
    assert client.post(change_url(user, "password"), sent).status_code == 302
    user.refresh_from_db()
    assert user.check_password("another horse battery")


def test_asking_to_deactivate_changes_nothing(client: Client, admin: User) -> None:
    user = UserFactory()
    answer = client.get(change_url(user, "deactivate"))
    assert "receives no notifications" in answer.content.decode()
    user.refresh_from_db()
    assert user.is_active


def test_a_confirmed_deactivation_is_performed_and_logged(client: Client, admin: User) -> None:
    user = UserFactory()
    client.post(change_url(user, "deactivate"), {"_form_submitted": "True"})
    user.refresh_from_db()
    assert not user.is_active
    assert "Deactivate" in client.get(change_url(user, "history")).content.decode()


def test_a_deactivated_account_is_activated_again(client: Client, admin: User) -> None:
    user = UserFactory(is_active=False)
    client.post(change_url(user, "activate"), {"_form_submitted": "True"})
    user.refresh_from_db()
    assert user.is_active


def test_a_list_of_accounts_is_deactivated_only_after_confirmation(client: Client, admin: User) -> None:
    first, second, other = UserFactory(), UserFactory(), UserFactory()
    sent: dict[str, Any] = {"action": "deactivate", "_selected_action": [first.pk, second.pk]}
    asked = client.post("/admin/workspace/user/", sent).content.decode()
    assert first.username in asked
    assert User.objects.filter(is_active=False).count() == 0
    client.post("/admin/workspace/user/", {**sent, "confirmed": "yes"})
    assert set(User.objects.filter(is_active=False)) == {first, second}
    assert other.is_active


def test_nobody_deactivates_themselves(client: Client, admin: User) -> None:
    answer = client.post(change_url(admin, "deactivate"), {"_form_submitted": "True"}, follow=True)
    admin.refresh_from_db()
    assert admin.is_active
    assert "You cannot deactivate your own account." in answer.content.decode()


def test_accounts_cannot_be_deleted(client: Client, admin: User) -> None:
    user = UserFactory()
    assert client.post(change_url(user, "delete"), {"post": "yes"}).status_code == 403
    client.post("/admin/workspace/user/", {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"})
    assert User.objects.filter(pk=user.pk).exists()


def test_an_account_manager_changes_members_but_not_administrators(client: Client) -> None:
    member, admin = UserFactory(), UserFactory(roles=("admin",))
    client.force_login(staff("workspace.view_user", "workspace.change_user"))
    client.post(change_url(member), form_of(member, name="Changed"))
    client.post(change_url(admin), form_of(admin, name="Changed"))
    assert list(User.objects.filter(name="Changed")) == [member]
    sent = {"usable_password": "true", "password1": PASSWORD + "x", "password2": PASSWORD + "x"}
    assert client.post(change_url(admin, "password"), sent).status_code == 403
    assert client.post(change_url(admin, "deactivate"), {"_form_submitted": "True"}).status_code == 403


@pytest.mark.parametrize("is_active", [True, False])
def test_accounts_with_more_permissions_cannot_be_changed(client: Client, is_active: bool) -> None:
    reader, mighty = staff("workspace.view_user", "workspace.change_user"), UserFactory(is_active=is_active)
    mighty.groups.add(staff("workspace.edit_privileged_setting").groups.get())
    client.force_login(reader)
    sent = {"usable_password": "true", "password1": PASSWORD + "x", "password2": PASSWORD + "x"}
    assert client.post(change_url(mighty, "password"), sent).status_code == 403
    reader.groups.add(*mighty.groups.all())
    assert client.post(change_url(mighty, "password"), sent).status_code == 302


def test_an_account_manager_cannot_grant_more_permissions(client: Client) -> None:
    helper = staff("workspace.view_user", "workspace.change_user")
    client.force_login(helper)
    role = Group.objects.get(name="admin").pk
    for user in (helper, UserFactory()):
        client.post(change_url(user), form_of(user, groups=[role], is_staff="on", is_superuser="on"))
        user.refresh_from_db()
        assert not user.is_superuser
        assert not user.groups.filter(name="admin").exists()


def test_only_superusers_can_create_superusers(client: Client) -> None:
    admin, user = UserFactory(roles=("admin",)), UserFactory()
    client.force_login(admin)
    client.post(change_url(user), form_of(user, is_superuser="on"))
    user.refresh_from_db()
    assert not user.is_superuser


def test_viewers_see_no_actions(client: Client) -> None:
    user = UserFactory()
    client.force_login(staff("workspace.view_user"))
    assert "/deactivate/" not in client.get(change_url(user)).content.decode()
    assert client.get(change_url(user, "deactivate")).status_code == 403


def test_people_are_found_by_name_and_address(client: Client, admin: User) -> None:
    found = UserFactory(username="grace", name="Rear Admiral")
    found.emails.create(address="hopper@example.org")
    UserFactory(username="alan")
    for term in ("grac", "admiral", "hopper@"):
        html = client.get("/admin/workspace/user/", {"q": term}).content.decode()
        assert "@grace" in html
        assert "@alan" not in html


def test_a_new_password_signs_the_account_out_everywhere(client: Client, admin: User) -> None:
    ana, own = UserFactory(), sign_in(user=admin)
    token = sign_in(user=ana)
    page = Client()
    page.force_login(ana)
    sent = {"usable_password": "true", "password1": "a-quite-new-passphrase", "password2": "a-quite-new-passphrase"}
    assert client.post(change_url(ana, "password"), sent).status_code == 302
    ana.refresh_from_db()
    assert ana.check_password("a-quite-new-passphrase")
    assert token_find(token) is None
    assert page.get("/")["Location"].startswith("/sign-in/")
    assert token_find(own) is not None


def test_an_account_is_deleted_after_confirmation(client: Client, admin: User) -> None:
    user = UserFactory(username="ana")
    assert "This cannot be undone." in client.get(change_url(user, "delete_account")).content.decode()
    answer = client.post(change_url(user, "delete_account"), {"_form_submitted": "True"}, follow=True)
    assert "Delete account: done." in answer.content.decode()
    assert not User.objects.filter(pk=user.pk).exists()
    assert "deleted-" not in client.get("/admin/workspace/user/").content.decode()


def test_the_only_administrator_is_not_deleted(client: Client, admin: User) -> None:
    answer = client.post(change_url(admin, "delete_account"), {"_form_submitted": "True"}, follow=True)
    assert "without admins is not allowed" in answer.content.decode()
    assert User.objects.filter(pk=admin.pk).exists()

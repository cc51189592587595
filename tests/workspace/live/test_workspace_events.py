"""Accounts, roles, permissions, settings and sign-ins, from the service that changes them to the listeners."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from knox.models import AuthToken

from preferences.services.accounts import account_preferences_save
from tests.factories import UserFactory, message_in
from tests.pictures import png
from tests.workspace.live.conftest import Client, Live, finish
from workspace.models import ChangeSource, Room, User
from workspace.services.accounts import locale_save, roles_set, user_deactivate
from workspace.services.managed_accounts import names_update
from workspace.services.people.deletion import account_delete
from workspace.services.people.pictures import avatar_reset, avatar_set
from workspace.services.settings import Origin, setting_save
from workspace.services.sign_in import sign_in, sign_out, token_find

LOGGED, EVERYONE, ROLES = "stream-notify-logged", "stream-notify-all", "stream-roles"


def save_setting(setting_id: str, value: object) -> None:
    setting_save(setting_id=setting_id, value=value, origin=Origin(source=ChangeSource.API))


class TestAccounts:
    def test_new_names(self, live: Live, ana: User, bob: User) -> None:
        client, own = live.hear(Client(ana), LOGGED, "Users:NameChanged"), live.hear_own(bob, "userData")
        names_update(bob, {"name": "Robert"})
        locale_save(user=bob, language="de")
        bob.save(update_fields=["last_login"])
        live.deliver_now()
        assert client.take() == [[{"_id": bob.public_id, "username": "bob", "name": "Robert"}]]
        assert own.take() == [
            [{"type": "updated", "id": bob.public_id, "diff": {"name": "Robert"}, "unset": {}}],
            [{"type": "updated", "id": bob.public_id, "diff": {"language": "de"}, "unset": {}}],
        ]

    def test_deleted_accounts(self, live: Live, ana: User) -> None:
        client = live.hear(Client(ana), LOGGED, "Users:Deleted")
        gone = UserFactory()
        gone.delete()
        live.deliver_now()
        assert client.take() == [[{"userId": gone.public_id, "messageErasureType": "Delete"}]]

    def test_deleted_accounts_with_a_tombstone(self, live: Live, ana: User) -> None:
        client = live.hear(Client(ana), LOGGED, "Users:Deleted")
        gone, kept = UserFactory(), UserFactory()
        save_setting("Message_ErasureType", "Unlink")
        account_delete(by=ana, user=gone)
        save_setting("Message_ErasureType", "Keep")
        account_delete(by=ana, user=kept)
        live.deliver_now()
        assert client.take() == [[{"userId": gone.public_id, "messageErasureType": "Unlink"}]]

    def test_pictures(self, live: Live, ana: User, bob: User) -> None:
        client = live.hear(Client(ana), LOGGED, "updateAvatar")
        avatar_set(user=bob, content=png())
        etag = bob.avatar_etag
        live.deliver_now()
        avatar_reset(user=bob)
        live.deliver_now()
        assert client.take() == [[{"username": "bob", "etag": etag}], [{"username": "bob", "etag": None}]]

    def test_own_preferences(self, live: Live, ana: User, bob: User) -> None:
        own, other = live.hear_own(bob, "userData"), live.hear_own(ana, "userData")
        account_preferences_save(user=bob, push="nothing")
        live.deliver_now()
        (((data,),), theirs) = own.take(), other.take()
        assert data["diff"]["settings.preferences.pushNotifications"] == "nothing"
        assert theirs == []


class TestRoles:
    def test_roles_of_a_user(self, live: Live, ana: User, bob: User) -> None:
        client, own = live.hear(Client(ana), LOGGED, "roles-change"), live.hear_own(bob, "userData")
        UserFactory(roles=("admin",))
        live.deliver_now()
        client.take()
        roles_set(user=bob, roles=["admin"])
        live.deliver_now()
        person = {"_id": bob.public_id, "username": "bob", "name": "Bob"}
        assert client.take() == [
            [{"type": "removed", "_id": "user", "u": person}],
            [{"type": "added", "_id": "admin", "u": person}],
        ]
        assert own.take()[-1][0]["diff"] == {"roles": ["admin"]}

    def test_roles_themselves(self, live: Live, ana: User) -> None:
        client = live.hear(Client(ana), ROLES, "roles")
        role = Group.objects.create(name="editors")
        live.deliver_now()
        role.delete()
        live.deliver_now()
        (added,), (removed,) = client.take()
        assert (added["type"], added["_id"]) == ("changed", "editors")
        assert removed == {"type": "removed", "_id": "editors", "name": "editors"}

    def test_permissions_of_a_role(self, live: Live, ana: User) -> None:
        client = live.hear(Client(ana), LOGGED, "permissions-changed")
        Group.objects.get(name="user").permissions.remove(Permission.objects.get(codename="create_c"))
        live.deliver_now()
        ((action, permission),) = client.take()
        assert (action, permission["_id"], permission["roles"]) == ("updated", "create-c", ["admin"])

    def test_a_lost_permission_ends_subscriptions(self, live: Live, ana: User, room: Room) -> None:
        Room.objects.filter(pk=room.pk).update(type="c")
        visitor = live.hear(Client(UserFactory()), "stream-room-messages", room.public_id)
        Group.objects.get(name="user").permissions.remove(Permission.objects.get(codename="view_c_room"))
        message_in(room, ana)
        live.deliver_now()
        assert visitor.take() == []
        assert visitor.dropped == [("stream-room-messages", room.public_id)]


class TestSettings:
    def test_public_settings_reach_everyone(self, live: Live) -> None:
        client = live.hear(Client(), EVERYONE, "public-settings-changed")
        save_setting("Site_Name", "Theatre")
        save_setting("Accounts_AllowEmailNotifications", False)
        live.deliver_now()
        assert client.take() == [["updated", {"_id": "Site_Name", "value": "Theatre"}]]

    def test_private_settings_reach_those_who_may_read_them(self, live: Live, ana: User) -> None:
        admin = UserFactory(roles=("admin",))
        client = live.hear(Client(admin), LOGGED, "private-settings-changed")
        errors = live.try_hear(Client(ana), LOGGED, "private-settings-changed")
        assert [error.code for error in errors if error] == ["error-not-allowed"]
        save_setting("Accounts_AllowEmailNotifications", False)
        live.deliver_now()
        assert client.take() == [["updated", {"_id": "Accounts_AllowEmailNotifications", "value": False}]]
        admin.groups.clear()
        save_setting("Accounts_AllowEmailNotifications", True)
        live.deliver_now()
        assert client.take() == []


@pytest.mark.parametrize("name", [LOGGED, ROLES, "stream-user-presence"])
def test_signed_in_users_only(live: Live, name: str) -> None:
    for client in (Client(), Client(UserFactory(is_active=False))):
        assert [error.code for error in live.try_hear(client, name, "x") if error] == ["error-not-allowed"]


class TestSignIns:
    def token_of(self, user: User) -> AuthToken:
        found = token_find(sign_in(user=user))
        assert found
        return found

    def test_a_removed_token_ends_its_clients(self, live: Live, bob: User) -> None:
        first, second = self.token_of(bob), self.token_of(bob)
        ended = live.hear_own(bob, "force_logout", auth_digest=first.digest)
        stays = live.hear_own(bob, "force_logout", auth_digest=second.digest)
        sign_out(auth_token=first)
        live.deliver_now()
        assert [frame.event for frame in ended.frames] == [f"{bob.public_id}/force_logout"]
        assert (ended.ended, stays.ended, stays.frames) == ("signed_out", "", [])
        assert live.index.listeners() == [stays]

    def test_deactivation_ends_all_clients_before_they_hear_more(
        self, live: Live, room: Room, ana: User, bob: User
    ) -> None:
        client = live.hear(Client(bob, self.token_of(bob).digest), "stream-room-messages", room.public_id)
        without_token = live.hear(Client(bob), "stream-room-messages", room.public_id)
        user_deactivate(user=bob, by=UserFactory(roles=("admin",)))
        message_in(room, ana)
        live.deliver_now()
        assert (client.ended, client.frames, without_token.frames) == ("signed_out", [], [])
        assert without_token.dropped == [("stream-room-messages", room.public_id)]

    def test_the_check_finds_tokens_that_ended_without_an_event(self, live: Live, bob: User) -> None:
        token = self.token_of(bob)
        client = live.hear_own(bob, "force_logout", auth_digest=token.digest)
        finish(live.check())
        assert client.ended == ""
        AuthToken.objects.filter(pk=token.pk).update(expiry=token.created)
        finish(live.check())
        assert client.ended == "signed_out"

    def test_stopping_ends_everyone(self, live: Live, bob: User) -> None:
        client = live.hear_own(bob, "userData")
        live.stop()
        assert client.ended == "stopping"
        assert [error.code for error in live.try_hear(Client(bob), LOGGED, "x") if error] == ["error-unavailable"]

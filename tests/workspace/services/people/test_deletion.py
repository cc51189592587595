"""Deleting accounts: their rooms, messages, sign-ins and everything else that refers to them."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.test import Client
from django.utils import timezone

from push.models import Device, Notification, State
from tests.factories import (
    AccountPreferencesFactory,
    DeviceFactory,
    EmailAddressFactory,
    HighlightWordFactory,
    IgnoredSenderFactory,
    RoomFactory,
    UserFactory,
    direct_room,
    message_in,
)
from tests.push.conftest import queue
from tests.second_factors import email_factor_of, second_factor_of
from workspace.errors import ApplicationError
from workspace.models import Integration, Message, MessageSettings, Reaction, Room, RoomType, Subscription, User
from workspace.services.managed_accounts import username_check
from workspace.services.message_marks.reactions import reaction_set
from workspace.services.message_marks.reports import message_report
from workspace.services.message_marks.stars import star_set
from workspace.services.messages import message_post
from workspace.services.people import erasure as erasing
from workspace.services.people.access_tokens import access_token_create
from workspace.services.people.deletion import REMOVED_NAME, account_delete
from workspace.services.people.email_codes import email_code_request
from workspace.services.people.erasure import RECENT, batch_erase, erasures_continue, has_erasures
from workspace.services.presence import activity_report
from workspace.services.privacy.exports import export_request
from workspace.services.sign_in import sign_in, token_find
from workspace.services.threads import thread_follow
from workspace.tasks import erasures

pytestmark = pytest.mark.django_db

# Rows about deleted accounts that remain: the history, which is deleted after the retention time, and what others do
# with their messages and settings.
REMAINING = {
    ("workspace.FormerRow", "user"),
    ("workspace.FormerPresence", "user"),
    ("workspace.Room", "creator"),
    ("workspace.Integration", "user"),
    ("workspace.Integration", "created_by"),
    ("workspace.EventSource", "created_by"),
    # Otherwise the next event of the source would create an account for the person again.
    ("workspace.SourcePerson", "user"),
    ("workspace.Message", "sender"),
    ("workspace.Message", "edited_by"),
    ("workspace.Pin", "changed_by"),
    ("workspace.Report", "reporter"),
    ("workspace.Report", "dismissed_by"),
    ("workspace.SettingChange", "actor"),
    ("workspace.TextView", "reader"),
    # The person whose data it is sees who has requested it.
    ("workspace.DataExport", "requested_by"),
    ("admin.LogEntry", "user"),
    ("cloud.RegistrationToken", "created_by"),
    ("cloud.CloudEvent", "actor"),
    ("cloud.Terms", "published_by"),
    ("cloud.TermsConsent", "actor"),
    ("cloud.SetupWizardSettings", "terms_agreed_by"),
    ("push.Device", "user"),
    ("push.Notification", "user"),
    ("push.ClaimedItem", "user"),
    ("push.DesktopStream", "user"),
    ("push.DesktopEvent", "user"),
}


@pytest.fixture
def admin() -> User:
    return UserFactory(username="root", roles=("admin", "user"))


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana", name="Ana Silva", nickname="An", bio="Stage manager", language="de")


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob")


def erasure(kind: str) -> None:
    MessageSettings(erasure_type=kind).save()


def delete(admin: User, user: User, *, confirmed: bool = True) -> list[str]:
    """Delete the account, and do what the worker does then."""
    rooms = account_delete(by=admin, user=user, may_be_last_owner=confirmed)
    while not erasures_continue():
        pass
    return rooms


def references() -> set[tuple[str, str]]:
    """Return the columns of all models that refer to accounts."""
    return {
        (model._meta.label, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is User
    }


def referring(user: User) -> set[tuple[str, str]]:
    """Return the columns that refer to this account."""
    return {
        (label, name)
        for label, name in references()
        if apps.get_model(label)._default_manager.filter(**{name: user.pk}).exists()
    }


def test_nothing_personal_remains(admin: User, ana: User, bob: User) -> None:
    room = RoomFactory(members=[ana, bob])
    message = message_in(room, bob, "hello @ana")
    message_in(room, ana)
    thread_follow(user=ana, public_id=message.public_id)
    reaction_set(user=ana, message=message, emoji=":wave:")
    star_set(user=ana, message=message, is_starred=True)
    EmailAddressFactory(user=ana)
    AccountPreferencesFactory(user=ana)
    HighlightWordFactory(user=ana)
    IgnoredSenderFactory(subscription=room.subscriptions.get(user=bob), sender=ana)
    DeviceFactory(user=ana)
    activity_report(user=ana, client="page:1")
    second_factor_of(ana)
    email_factor_of(ana)
    SocialAccount.objects.create(user=ana, provider="openid_connect", uid="ana")
    email_code_request(user=ana)
    access_token_create(user=ana, name="bot")
    export_request(by=ana, user=ana)
    sign_in(user=ana)
    before = referring(ana)
    assert {("knox.AuthToken", "user"), ("mfa.Authenticator", "user"), ("preferences.IgnoredSender", "sender")} < before
    delete(admin, ana)
    assert referring(ana) <= REMAINING
    assert not Device.objects.filter(user=ana).exists()
    account = User.with_deleted.get(pk=ana.pk)
    assert (account.username, account.name) == (f"deleted-{ana.public_id}", REMOVED_NAME)
    assert (account.nickname, account.bio, account.language, account.last_login) == ("", "", "", None)
    assert not account.has_usable_password()
    assert not User.objects.filter(pk=ana.pk).exists()


def test_every_reference_to_accounts_is_deleted_or_listed(admin: User, ana: User) -> None:
    assert references() >= REMAINING, "Remove columns that no longer exist from REMAINING."
    # Rows of these models are deleted; the test above has one of each.
    deleted = {
        *("account.EmailAddress", "knox.AuthToken", "mfa.Authenticator", "workspace.User_groups"),
        *("workspace.User_user_permissions", "workspace.EmailAddress", "workspace.PersonalAccessToken"),
        *("workspace.Subscription", "workspace.Mention", "workspace.ThreadFollower", "workspace.Reaction"),
        *("workspace.Star", "workspace.Presence", "workspace.ClientPresence", "workspace.KnownAddress"),
        *(
            "workspace.Avatar",
            "workspace.PendingSecondFactor",
            "workspace.EmailSecondFactor",
            *("workspace.EmailCode", "workspace.SignedInClient", "socialaccount.SocialAccount"),
            "workspace.PendingErasure",
            "workspace.DataExport",
            "preferences.AccountPreferences",
            "preferences.HighlightWord",
        ),
        *("preferences.QuietHours", "preferences.IgnoredSender", "preferences.SignInTrait", "preferences.SignInAlert"),
    }
    unknown = {column for column in references() - REMAINING if column[0] not in deleted}
    assert not unknown, "Delete these rows in workspace/services/people/deletion.py, or list why they remain."


def test_all_clients_are_signed_out(admin: User, ana: User, client: Client) -> None:
    token, personal = sign_in(user=ana), access_token_create(user=ana, name="bot")
    client.force_login(ana, backend="workspace.authentication.NameOrEmailBackend")
    delete(admin, ana)
    assert token_find(token) is token_find(personal) is None
    assert client.get("/account/").status_code == 302


def test_webhooks_that_post_as_the_account_are_disabled(admin: User, ana: User, bob: User) -> None:
    for user in (ana, bob):
        Integration.objects.create(name=user.username, user=user, created_by=ana, channels="#general")
    delete(admin, ana)
    assert dict(Integration.objects.values_list("name", "is_enabled")) == {"ana": False, "bob": True}


class TestMessages:
    @pytest.fixture
    def room(self, ana: User, bob: User) -> Room:
        return RoomFactory(members=[ana, bob])

    def test_they_are_deleted_and_counted_by_default(self, admin: User, ana: User, bob: User, room: Room) -> None:
        parent = message_in(room, bob)
        reply = message_in(room, ana, "reply", parent=parent)
        old = message_in(room, ana, "old")
        old_reply = message_in(room, ana, "old reply", parent=parent)
        Message.objects.filter(pk__in=[old.pk, old_reply.pk]).update(accepted_at=timezone.now() - 2 * RECENT)
        waiting = queue(bob, reply)
        delete(admin, ana)
        assert {(row.text, row.deleted_at is None) for row in Message.objects.filter(sender=ana)} == {("", False)}
        parent.refresh_from_db()
        room.refresh_from_db()
        assert (parent.reply_count, parent.text, room.messages_count) == (0, "hello", 1)
        assert Notification.objects.get(pk=waiting.pk).state == State.DROPPED

    @pytest.mark.parametrize(("kind", "text"), [("Delete", ""), ("Unlink", "rude")])
    def test_reports_contain_no_texts_that_were_deleted(
        self, admin: User, ana: User, bob: User, room: Room, kind: str, text: str
    ) -> None:
        reported = message_in(room, ana, "rude")
        report = message_report(reporter=bob, public_id=reported.public_id, description="Look")
        erasure(kind)
        delete(admin, ana)
        report.refresh_from_db()
        assert (report.text, report.dismissed_at is None) == (text, bool(text))

    @pytest.mark.parametrize(
        ("kind", "shown"), [("Unlink", lambda user: REMOVED_NAME), ("Keep", lambda user: "Ana Silva")]
    )
    def test_they_can_be_kept(self, admin: User, ana: User, room: Room, kind: str, shown: Any) -> None:
        message = message_in(room, ana, "still here")
        erasure(kind)
        delete(admin, ana)
        message = Message.objects.select_related("sender").get(pk=message.pk)
        assert (message.text, message.deleted_at, message.sender.display_name) == ("still here", None, shown(ana))

    def test_a_username_can_be_used_again_unless_it_is_shown(self, admin: User, ana: User) -> None:
        delete(admin, ana)
        again = UserFactory(username="ana")
        erasure("Keep")
        delete(admin, again)
        with pytest.raises(ApplicationError, match="already in use"):
            username_check("ANA")

    def test_names_and_pictures_that_messages_were_posted_with_are_erased(
        self, admin: User, ana: User, room: Room
    ) -> None:
        messages = [
            message_post(sender=ana, room=room, text="x", alias="Ana", avatar="https://example.org/a.png", emoji=":a:")
            for _number in range(2)
        ]
        Message.objects.filter(pk=messages[0].pk).update(accepted_at=timezone.now() - 2 * RECENT)
        delete(admin, ana)
        assert set(Message.objects.filter(sender=ana).values_list("alias", "avatar", "emoji")) == {("", "", "")}

    def test_the_erasure_can_be_interrupted_between_batches(
        self, admin: User, ana: User, bob: User, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(erasing, "BATCH", 2)
        parent = message_in(room, bob)
        for _number in range(5):
            message_in(room, ana, "old", parent=parent)
        Message.objects.update(accepted_at=timezone.now() - 2 * RECENT)
        reaction_set(user=ana, message=parent, emoji=":wave:")
        account_delete(by=admin, user=ana, may_be_last_owner=True)
        left = Message.objects.filter(sender=ana, deleted_at=None)
        counts = [left.count()]
        # Another setting concerns only accounts that are deleted later.
        erasure("Keep")
        while not erasures_continue(seconds=-1):
            counts.append(left.count())
            parent.refresh_from_db()
            assert parent.reply_count == counts[-1]
        assert counts[:4] == [5, 3, 1, 0]
        assert not Reaction.objects.filter(user=ana).exists()
        assert not has_erasures()
        batch_erase(0)

    def test_the_number_of_queries_of_a_batch_does_not_depend_on_its_messages(
        self, admin: User, bob: User, django_assert_max_num_queries: Any
    ) -> None:
        for count in (1, 20):
            user = UserFactory()
            room = RoomFactory(members=[user, bob])
            for _number in range(count):
                message_in(room, user)
            Message.objects.update(accepted_at=timezone.now() - 2 * RECENT)
            account_delete(by=admin, user=user, may_be_last_owner=True)
            with django_assert_max_num_queries(40):
                assert erasures_continue(seconds=60)

    def test_deleting_an_account_leaves_its_messages_to_the_worker(
        self,
        admin: User,
        ana: User,
        room: Room,
        monkeypatch: pytest.MonkeyPatch,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        message_in(room, ana, "hello")
        queued: list[str] = []
        monkeypatch.setattr("workspace.waking.async_task", queued.append)
        with django_capture_on_commit_callbacks(execute=True):
            account_delete(by=admin, user=ana, may_be_last_owner=True)
        assert queued == ["workspace.tasks.erasures"]
        assert Message.objects.filter(sender=ana, deleted_at=None).exists()
        erasures()
        assert not Message.objects.filter(sender=ana, deleted_at=None).exists()


class TestRooms:
    def test_a_room_without_an_owner_gets_its_oldest_member(self, admin: User, ana: User, bob: User) -> None:
        room = RoomFactory(name="stage", members=[ana, bob, UserFactory()])
        Subscription.objects.filter(room=room, user=ana).update(is_owner=True)
        with pytest.raises(ApplicationError) as raised:
            delete(admin, ana, confirmed=False)
        assert (raised.value.code, raised.value.details) == (
            "user-last-owner",
            {"shouldChangeOwner": ["stage"], "shouldBeRemoved": []},
        )
        assert delete(admin, ana) == []
        room.refresh_from_db()
        assert (room.members_count, room.subscriptions.get(is_owner=True).user) == (2, bob)

    def test_a_room_without_members_is_deleted(self, admin: User, ana: User) -> None:
        room = RoomFactory(name="alone", type=RoomType.PRIVATE, members=[ana])
        Subscription.objects.filter(room=room).update(is_owner=True)
        with pytest.raises(ApplicationError) as raised:
            delete(admin, ana, confirmed=False)
        assert raised.value.details == {"shouldChangeOwner": [], "shouldBeRemoved": ["alone"]}
        assert delete(admin, ana) == [room.public_id]
        room.refresh_from_db()
        assert room.deleted_at is not None

    def test_other_owners_keep_their_rooms(self, admin: User, ana: User, bob: User) -> None:
        room = RoomFactory(members=[ana, bob])
        Subscription.objects.filter(room=room).update(is_owner=True)
        assert delete(admin, ana, confirmed=False) == []
        assert room.subscriptions.get().user == bob

    def test_direct_rooms_of_two_are_deleted_and_larger_ones_remain(self, admin: User, ana: User, bob: User) -> None:
        pair, group = direct_room(ana, bob), direct_room(ana, bob, UserFactory())
        key = group.direct_key
        assert delete(admin, ana, confirmed=False) == [pair.public_id]
        group.refresh_from_db()
        assert (group.members_count, group.deleted_at) == (2, None)
        assert group.direct_key != key
        assert not Subscription.objects.filter(room=pair).exists()


def test_the_last_administrator_remains(admin: User) -> None:
    with pytest.raises(ApplicationError) as raised:
        delete(admin, admin)
    assert raised.value.details == {"method": "deleteUser", "action": "Remove_last_admin"}
    other = UserFactory(roles=("admin",))
    delete(other, admin)
    assert not User.objects.filter(pk=admin.pk).exists()

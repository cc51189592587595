"""Posting, editing and deleting messages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from tests.factories import RoomFactory, UserFactory, message_in
from workspace.errors import ApplicationError
from workspace.models import Mention, Message, MessageSettings, Room, Subscription, User
from workspace.models.messages import ENCRYPTED
from workspace.services import messages as service
from workspace.services.messages import message_delete, message_edit, message_post, system_message_post
from workspace.services.rooms import room_leave
from workspace.signals import message_deleted, message_edited, message_posted

pytestmark = pytest.mark.django_db

CLIENT_ID = "abcDEF12345678901"


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def room(ana: User) -> Room:
    return RoomFactory(members=[ana])


@pytest.fixture
def sent_signals() -> Iterator[list[tuple[str, Message]]]:
    """The signals that were sent, in order."""
    result: list[tuple[str, Message]] = []
    signals = {"posted": message_posted, "edited": message_edited, "deleted": message_deleted}

    def listener(name: str) -> Any:
        def listen(message: Message, **_kwargs: Any) -> None:
            result.append((name, message))

        return listen

    listeners = {name: listener(name) for name in signals}
    for name, signal in signals.items():
        signal.connect(listeners[name])
    yield result
    for name, signal in signals.items():
        signal.disconnect(listeners[name])


def code_of(raised: pytest.ExceptionInfo[ApplicationError]) -> str:
    return raised.value.code


def test_a_post_is_stored_counted_and_announced_once(
    ana: User, room: Room, sent_signals: list[tuple[str, Message]]
) -> None:
    message = message_post(sender=ana, room=room, text="hello")
    room.refresh_from_db()
    assert (room.messages_count, room.last_message_at) == (1, message.accepted_at)
    assert message.sent_at == message.accepted_at
    assert sent_signals == [("posted", message)]


def test_mentions_are_resolved_when_posted(ana: User, room: Room) -> None:
    bob = UserFactory(username="Bob")
    message = message_post(sender=ana, room=room, text="@bob @BOB @nobody @all")
    assert list(message.mentioned_users.all()) == [bob]
    assert (message.mentions_all, message.mentions_here) == (True, False)
    UserFactory(username="nobody")
    assert list(message.mentioned_users.all()) == [bob]


def test_group_mentions_require_the_permission() -> None:
    guest = UserFactory(roles=())
    message = message_in(RoomFactory(), guest, "@all @here")
    assert (message.mentions_all, message.mentions_here) == (False, False)


@pytest.mark.parametrize(("codename", "called"), [("mention_all", (True, False)), ("mention_here", (False, True))])
def test_each_group_mention_requires_its_own_permission(codename: str, called: tuple[bool, bool]) -> None:
    guest = UserFactory(roles=())
    guest.user_permissions.add(Permission.objects.get(codename=codename))
    message = message_in(RoomFactory(), guest, "@all @here")
    assert (message.mentions_all, message.mentions_here) == called


def test_a_retry_returns_the_first_message(ana: User, room: Room, sent_signals: list[tuple[str, Message]]) -> None:
    first = message_post(sender=ana, room=room, text="one", public_id=CLIENT_ID)
    again = message_post(sender=ana, room=room, text="two", public_id=CLIENT_ID)
    room.refresh_from_db()
    assert (again.pk, again.text, room.messages_count, len(sent_signals)) == (first.pk, "one", 1, 1)


def test_a_concurrent_retry_returns_the_first_message(
    ana: User, room: Room, sent_signals: list[tuple[str, Message]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = message_post(sender=ana, room=room, text="one", public_id=CLIENT_ID)
    look, looked = service.stored_message, []

    def look_too_early_at_first(**fields: Any) -> Message | None:
        looked.append(fields)
        return None if len(looked) == 1 else look(**fields)

    monkeypatch.setattr(service, "stored_message", look_too_early_at_first)
    again = message_post(sender=ana, room=room, text="one", public_id=CLIENT_ID)
    assert (again.pk, Message.objects.count(), len(sent_signals)) == (first.pk, 1, 1)


def test_an_id_belongs_to_one_sender_and_room(ana: User, room: Room) -> None:
    message_post(sender=ana, room=room, text="one", public_id=CLIENT_ID)
    other = RoomFactory(members=[ana])
    with pytest.raises(ApplicationError) as raised:
        message_post(sender=ana, room=other, text="one", public_id=CLIENT_ID)
    assert code_of(raised) == "error-duplicate-message-id"


@pytest.mark.parametrize("public_id", ["with space", "x" * 18, "ä", "a\n"])
def test_an_id_is_made_of_letters_and_digits(ana: User, room: Room, public_id: str) -> None:
    with pytest.raises(ValidationError):
        message_post(sender=ana, room=room, text="one", public_id=public_id)
    assert not Message.objects.exists()


def test_posting_permissions(ana: User, room: Room) -> None:
    stranger, muted, owner = UserFactory(), UserFactory(), UserFactory()
    for user in (muted, owner):
        Subscription.objects.create(room=room, user=user, is_muted=user == muted, is_owner=user == owner)
    for user in (stranger, muted):
        with pytest.raises(ApplicationError) as raised:
            message_post(sender=user, room=room, text="hello")
        assert code_of(raised) == "error-not-allowed"
    Room.objects.update(is_read_only=True)
    room.refresh_from_db()
    message_post(sender=owner, room=room, text="hello")
    with pytest.raises(ApplicationError) as raised:
        message_post(sender=ana, room=room, text="hello")
    assert code_of(raised) == "room_is_read_only"
    Room.objects.update(is_archived=True)
    room.refresh_from_db()
    with pytest.raises(ApplicationError) as raised:
        message_post(sender=owner, room=room, text="hello")
    assert code_of(raised) == "error-room-archived"
    assert Message.objects.count() == 1


def test_a_failing_receiver_rolls_back_the_post(ana: User, room: Room) -> None:
    def fail(**_kwargs: Any) -> None:
        raise RuntimeError

    message_posted.connect(fail)
    try:
        with pytest.raises(RuntimeError), transaction.atomic():
            message_post(sender=ana, room=room, text="@ana")
    finally:
        message_posted.disconnect(fail)
    room.refresh_from_db()
    assert (Message.objects.count(), room.messages_count) == (0, 0)


def test_an_edit_changes_text_and_mentions_and_is_announced(
    ana: User, room: Room, sent_signals: list[tuple[str, Message]]
) -> None:
    bob, cy = UserFactory(username="bob"), UserFactory(username="cy")
    message = message_post(sender=ana, room=room, text="@bob @all")
    message_edit(editor=ana, message=message, text="@cy")
    message.refresh_from_db()
    assert (message.text, message.edited_by, message.mentions_all) == ("@cy", ana, False)
    assert message.edited_at is not None
    assert list(message.mentioned_users.all()) == [cy]
    assert bob not in message.mentioned_users.all()
    assert [name for name, _message in sent_signals] == ["posted", "edited"]


def test_an_edit_does_not_lose_a_reply_counted_meanwhile(ana: User, room: Room) -> None:
    message = message_post(sender=ana, room=room, text="who is in?")
    message_post(sender=ana, room=room, text="me", parent=Message.objects.get(pk=message.pk))
    message_edit(editor=ana, message=message, text="who comes?")
    message.refresh_from_db()
    assert message.reply_count == 1


def test_editing_an_encrypted_message_replaces_its_content_or_text(ana: User, room: Room) -> None:
    message = message_post(sender=ana, room=room, text="", type=ENCRYPTED, content={"ciphertext": "a"})
    said = []
    for change in ({"content": {"ciphertext": "b"}}, {"text": "c"}, {"content": {"ciphertext": "d"}}):
        message_edit(editor=ana, message=message, **change)
        stored = Message.objects.get()
        said.append((stored.text, stored.content))
        assert (message.text, message.content) == said[-1]
    assert said == [("", {"ciphertext": "b"}), ("c", None), ("", {"ciphertext": "d"})]


def test_a_plain_message_does_not_accept_encrypted_content(ana: User, room: Room) -> None:
    message = message_post(sender=ana, room=room, text="hello")
    with pytest.raises(ApplicationError) as raised:
        message_edit(editor=ana, message=message, content={"ciphertext": "a"})
    assert code_of(raised) == "error-invalid-params"
    assert (Message.objects.get().text, Message.objects.get().content) == ("hello", None)


def test_only_the_sender_may_edit_and_only_where_they_may_post(ana: User, room: Room) -> None:
    bob = UserFactory()
    message = message_post(sender=ana, room=room, text="hello")
    message_in(room, bob)
    system = system_message_post(room=room, user=ana, type="uj")
    for editor, target in ((bob, message), (ana, system)):
        with pytest.raises(ApplicationError) as raised:
            message_edit(editor=editor, message=target, text="changed")
        assert code_of(raised) == "error-action-not-allowed"
    room_leave(user=ana, room=room)
    with pytest.raises(ApplicationError) as raised:
        message_edit(editor=ana, message=message, text="changed")
    assert code_of(raised) == "error-not-allowed"


@pytest.mark.parametrize("length", [5000, 5001])
def test_texts_are_bounded_for_posts_and_edits(ana: User, room: Room, length: int) -> None:
    message = message_post(sender=ana, room=room, text="hello")
    allowed = length == 5000
    for act in (
        lambda: message_post(sender=ana, room=room, text="x" * length),
        lambda: message_edit(editor=ana, message=message, text="x" * length),
    ):
        if allowed:
            act()
        else:
            with pytest.raises(ApplicationError) as raised:
                act()
            assert code_of(raised) == "error-message-size-exceeded"


def test_a_deleted_message_is_emptied_and_announced_once(
    ana: User, room: Room, sent_signals: list[tuple[str, Message]]
) -> None:
    message = message_post(sender=ana, room=room, text="secret", content={"ciphertext": "x"})
    read_before = Message.objects.get()
    message_delete(deleter=ana, message=message)
    message_delete(deleter=ana, message=read_before)
    room.refresh_from_db()
    stored = Message.objects.get()
    assert (stored.text, stored.content, room.messages_count) == ("", None, 0)
    assert stored.deleted_at is not None
    assert message.deleted_at == read_before.deleted_at == stored.deleted_at
    assert [name for name, _message in sent_signals] == ["posted", "deleted"]


def test_others_messages_are_deleted_by_administrators_only(ana: User, room: Room) -> None:
    message = message_post(sender=ana, room=room, text="hello")
    with pytest.raises(ApplicationError) as raised:
        message_delete(deleter=UserFactory(), message=message)
    assert code_of(raised) == "error-action-not-allowed"
    message_delete(deleter=UserFactory(roles=("admin",)), message=message)
    assert Message.objects.get().deleted_at is not None


def test_users_cannot_delete_system_messages_about_themselves(ana: User, room: Room) -> None:
    message = system_message_post(room=room, user=ana, type="uj")
    with pytest.raises(ApplicationError) as raised:
        message_delete(deleter=ana, message=message)
    assert code_of(raised) == "error-action-not-allowed"
    message_delete(deleter=UserFactory(roles=("admin",)), message=message)
    assert Message.objects.get().deleted_at is not None


def test_a_message_cannot_be_edited_after_or_while_it_is_deleted(ana: User, room: Room) -> None:
    message = message_post(sender=ana, room=room, text="hello")
    read_before = Message.objects.get()
    message_delete(deleter=ana, message=message)
    for known in (message, read_before):
        with pytest.raises(ApplicationError) as raised:
            message_edit(editor=ana, message=known, text="@ana again")
        assert code_of(raised) == "error-action-not-allowed"
    assert Message.objects.get().text == ""
    assert not Mention.objects.exists()


def test_posting_takes_as_many_queries_in_a_large_room(ana: User, room: Room) -> None:
    def queries() -> int:
        sender = User.objects.get(pk=ana.pk)
        before = len(connection.queries_log)
        message_post(sender=sender, room=room, text="hello @ana")
        return len(connection.queries_log) - before

    connection.force_debug_cursor = True
    try:
        small = queries()
        for _number in range(30):
            Subscription.objects.create(room=room, user=UserFactory())
        connection.queries_log.clear()
        assert queries() == small
    finally:
        connection.force_debug_cursor = False


class TestRules:
    """The settings that limit editing and deleting."""

    @staticmethod
    def error_of(action: Any, **arguments: Any) -> str:
        with pytest.raises(ApplicationError) as raised:
            action(**arguments)
        return raised.value.code

    def test_editing_and_deleting_can_be_forbidden(self, ana: User, room: Room) -> None:
        message = message_in(room, ana)
        MessageSettings(allow_editing=False, allow_deleting=False).save()
        assert self.error_of(message_edit, editor=ana, message=message, text="x") == "error-action-not-allowed"
        assert self.error_of(message_delete, deleter=ana, message=message) == "error-action-not-allowed"
        message_delete(deleter=UserFactory(roles=("admin",)), message=message)

    def test_editing_and_deleting_end_after_their_minutes(self, ana: User, room: Room) -> None:
        message = message_in(room, ana)
        MessageSettings(edit_minutes=5, delete_minutes=10).save()
        with time_machine.travel(timezone.now() + timedelta(minutes=4)):
            message_edit(editor=ana, message=message, text="still in time")
        with time_machine.travel(timezone.now() + timedelta(minutes=6)):
            code = self.error_of(message_edit, editor=ana, message=message, text="x")
            assert code == "error-message-editing-blocked"
        with time_machine.travel(timezone.now() + timedelta(minutes=11)):
            assert self.error_of(message_delete, deleter=ana, message=message) == "error-action-not-allowed"
        with time_machine.travel(timezone.now() + timedelta(minutes=9)):
            message_delete(deleter=ana, message=message)

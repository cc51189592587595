"""Threads and their followers."""

from __future__ import annotations

import pytest

from tests.factories import RoomFactory, UserFactory, message_in
from workspace.errors import ApplicationError
from workspace.models import Message, Room, ThreadFollower, User
from workspace.services.messages import message_delete, message_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob")


@pytest.fixture
def room(ana: User, bob: User) -> Room:
    return RoomFactory(members=[ana, bob])


@pytest.fixture
def thread(ana: User, room: Room) -> Message:
    return message_in(room, ana, "who is in?")


def followers(thread: Message) -> set[str]:
    return set(thread.followers.values_list("username", flat=True))


def test_a_message_without_replies_has_no_followers(thread: Message) -> None:
    assert followers(thread) == set()


def test_the_first_reply_makes_both_authors_follow(thread: Message, bob: User, room: Room) -> None:
    reply = message_post(sender=bob, room=room, text="me", parent=thread)
    thread.refresh_from_db()
    assert followers(thread) == {"ana", "bob"}
    assert (thread.reply_count, thread.last_reply_at) == (1, reply.accepted_at)


def test_users_mentioned_in_a_reply_follow_the_thread(thread: Message, bob: User, room: Room) -> None:
    cy = UserFactory(username="cy")
    message_post(sender=bob, room=room, text="ask @cy", parent=thread)
    assert followers(thread) == {"ana", "bob", cy.username}


def test_users_who_stopped_following_are_not_added_again_by_others(thread: Message, bob: User, room: Room) -> None:
    message_post(sender=bob, room=room, text="me", parent=thread)
    ThreadFollower.objects.filter(user=thread.sender).delete()
    thread.refresh_from_db()
    message_post(sender=bob, room=room, text="still me", parent=thread)
    assert followers(thread) == {"bob"}


def test_replying_or_being_mentioned_follows_again(thread: Message, ana: User, bob: User, room: Room) -> None:
    message_post(sender=bob, room=room, text="me", parent=thread)
    ThreadFollower.objects.all().delete()
    thread.refresh_from_db()
    message_post(sender=bob, room=room, text="@ana?", parent=thread)
    assert followers(thread) == {"ana", "bob"}


def test_a_reply_to_a_reply_belongs_to_the_same_thread(thread: Message, bob: User, room: Room) -> None:
    reply = message_post(sender=bob, room=room, text="me", parent=thread)
    further = message_post(sender=bob, room=room, text="really", parent=reply)
    assert further.parent == thread


@pytest.mark.parametrize("shown", [True, False])
def test_only_a_reply_can_also_be_shown_in_the_room(thread: Message, bob: User, room: Room, shown: bool) -> None:
    reply = message_post(sender=bob, room=room, text="me", parent=thread, is_shown_in_room=shown)
    assert (reply.is_shown_in_room, reply.is_thread_reply) == (shown, not shown)
    assert message_post(sender=bob, room=room, text="x", is_shown_in_room=True).is_shown_in_room is False


def test_a_reply_must_be_in_the_room_of_its_thread(thread: Message, bob: User) -> None:
    elsewhere = RoomFactory(members=[bob])
    with pytest.raises(ApplicationError) as raised:
        message_post(sender=bob, room=elsewhere, text="me", parent=thread)
    assert raised.value.code == "error-invalid-message"


def test_a_deleted_message_cannot_start_a_thread(thread: Message, ana: User, bob: User, room: Room) -> None:
    message_delete(deleter=ana, message=thread)
    with pytest.raises(ApplicationError) as raised:
        message_post(sender=bob, room=room, text="me", parent=thread)
    assert raised.value.code == "error-invalid-message"


def test_a_deleted_reply_is_no_longer_counted(thread: Message, bob: User, room: Room) -> None:
    reply = message_post(sender=bob, room=room, text="me", parent=thread)
    message_delete(deleter=bob, message=reply)
    thread.refresh_from_db()
    assert thread.reply_count == 0

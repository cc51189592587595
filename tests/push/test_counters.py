"""Badge, sidebar and `subscriptions.get` against a recount of the messages, after random sequences of actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from push.selectors.desktop import counters_of
from push.selectors.items import unread_sums
from push.services.fanout import pending_decide
from tests.api_client import ApiClient
from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from workspace.models import Message, Subscription, ThreadFollower, User
from workspace.pages.sidebar import sidebar_room_lines
from workspace.services.messages import message_delete, message_edit
from workspace.services.reading import room_mark_read, room_mark_unread
from workspace.services.rooms import members_add, room_leave
from workspace.services.threads import thread_mark_read

pytestmark = pytest.mark.django_db

TEXTS = ["hello", "@bob look", "@bob and @cleo", "@all listen", "@here @bob", "@cleo only"]
Step = tuple[str, int, str]
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(
        st.sampled_from(
            ["post", "post", "post", "edit", "edit", "delete", "read", "unread", "thread", "leave", "join", "decide"]
        ),
        st.integers(0, 5),
        st.sampled_from(TEXTS),
    ),
    min_size=3,
    max_size=25,
)


class Stage:
    """A channel and a direct room with three members."""

    def __init__(self) -> None:
        self.ana, self.bob, self.cleo = (UserFactory(username=name) for name in ("ana", "bob", "cleo"))
        self.room = RoomFactory(name="ops", members=[self.ana, self.bob, self.cleo])
        self.direct = direct_room(self.ana, self.bob)
        self.said: list[Message] = []

    def take(self, step: Step) -> None:
        action, number, text = step
        message = self.said[number % len(self.said)] if self.said else None
        if action == "post":
            place = self.direct if number == 0 else self.room
            parent = message if number == 1 and message and message.room == place and not message.deleted_at else None
            self.said.append(message_in(place, self.ana, text, parent=parent))
        elif action == "edit" and message and not message.deleted_at:
            message_edit(editor=self.ana, message=message, text=text)
        elif action == "delete" and message:
            message_delete(deleter=self.ana, message=message)
        elif action == "read":
            room_mark_read(user=self.cleo if number == 5 else self.bob, room=self.direct if number == 0 else self.room)
        elif action == "unread" and message and self.may_mark_unread(message):
            room_mark_unread(user=self.bob, room=message.room, first=message.public_id)
        elif action == "thread" and message:
            thread_mark_read(user=self.bob, thread=message.parent or message)
        elif action == "leave" and self.is_in(self.bob):
            room_leave(user=self.bob, room=self.room)
        elif action == "join":
            members_add(room=self.room, users=[self.bob])
        elif action == "decide":
            pending_decide()

    def may_mark_unread(self, message: Message) -> bool:
        message.refresh_from_db()
        joined = Subscription.objects.filter(room=message.room, user=self.bob, joined_at__lte=message.accepted_at)
        return message.deleted_at is None and message.parent_id is None and joined.exists()

    def is_in(self, user: User) -> bool:
        return Subscription.objects.filter(user=user, room=self.room).exists()


def recount(row: Subscription) -> tuple[int, int, int]:
    """Return unread messages, mentions and group mentions by the messages themselves."""
    counts = [0, 0, 0]
    since = row.last_seen_at or row.joined_at
    for message in Message.objects.filter(room=row.room, type="", deleted_at=None, accepted_at__gt=since):
        if message.sender_id == row.user_id or message.is_thread_reply:
            continue
        named = message.mentions.filter(user=row.user_id).exists()
        group = not row.room.is_direct and (message.mentions_all or message.mentions_here)
        counts = [counts[0] + (row.room.is_direct or named or group), counts[1] + named, counts[2] + group]
    return counts[0], counts[1], counts[2]


def threads_recount(user: User) -> dict[str, tuple[set[str], set[str], set[str]]]:
    """Return the unread threads of each room by the messages themselves."""
    found: dict[str, tuple[set[str], set[str], set[str]]] = {}
    for row in Subscription.objects.filter(user=user).select_related("room"):
        found[row.room.public_id] = threads = (set(), set(), set())
        for followed in ThreadFollower.objects.filter(user=user, thread__room=row.room, thread__deleted_at=None):
            since = max(followed.read_at, row.joined_at)
            replies = followed.thread.replies.filter(deleted_at=None, accepted_at__gt=since).exclude(sender=user)
            for reply in replies:
                threads[0].add(followed.thread.public_id)
                if reply.mentions.filter(user=user).exists():
                    threads[1].add(followed.thread.public_id)
                if reply.mentions_all or reply.mentions_here:
                    threads[2].add(followed.thread.public_id)
    return found


def unread_threads(user: User) -> dict[str, tuple[set[str], set[str], set[str]]]:
    """Return the unread threads from `subscriptions.get`, by room."""
    rows: list[dict[str, Any]] = ApiClient(user).get("subscriptions.get").json()["update"]
    return {row["rid"]: (set(row["tunread"]), set(row["tunreadUser"]), set(row["tunreadGroup"])) for row in rows}


def counters(user: User) -> dict[str, tuple[int, int, int]]:
    """Return the counters from `subscriptions.get`, by room."""
    rows: list[dict[str, Any]] = ApiClient(user).get("subscriptions.get").json()["update"]
    return {row["rid"]: (row["unread"], row["userMentions"], row["groupMentions"]) for row in rows}


def check(user: User) -> None:
    """Compare all of the user's counters with a recount."""
    right = {row.room.public_id: recount(row) for row in Subscription.objects.filter(user=user).select_related("room")}
    total = sum(unread for unread, _user, _group in right.values())
    assert counters(user) == right
    assert unread_threads(user) == threads_recount(user)
    assert unread_sums([user.pk])[user.pk] == total
    assert counters_of([user.pk])[user.pk] == total
    sidebar = {line.public_id: (line.unread, line.mentions) for line in sidebar_room_lines(user).lines}
    assert sidebar == {room: (unread, named + group) for room, (unread, named, group) in right.items()}


@pytest.mark.thorough
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(steps=STEPS)
def test_counters_are_those_of_a_recount_after_any_sequence(steps: list[Step]) -> None:
    sequence_check(steps)


@pytest.mark.processes
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_counters_are_those_of_a_recount_after_many_sequences(steps: list[Step]) -> None:
    sequence_check(steps)


def sequence_check(steps: list[Step]) -> None:
    """Run the steps in a transaction that is rolled back."""
    with transaction.atomic():
        stage = Stage()
        for step in steps:
            stage.take(step)
        pending_decide()
        check(stage.bob)
        check(stage.cleo)
        transaction.set_rollback(True)


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.mark.parametrize(
    "change",
    [
        lambda message: message_delete(deleter=message.sender, message=message),
        lambda message: message_edit(editor=message.sender, message=message, text="never mind"),
        lambda message: message_edit(editor=message.sender, message=message, text="@cleo look"),
    ],
)
def test_a_mention_that_is_taken_back_leaves_the_badge(stage: Stage, change: Callable[[Message], None]) -> None:
    messages = [message_in(stage.room, stage.ana, "@bob look") for _number in range(3)]
    pending_decide()
    assert unread_sums([stage.bob.pk]) == {stage.bob.pk: 3}
    change(messages[1])
    pending_decide()
    assert unread_sums([stage.bob.pk]) == {stage.bob.pk: 2}
    check(stage.bob)
    check(stage.cleo)


def test_what_was_read_already_is_not_subtracted(stage: Stage) -> None:
    first = message_in(stage.room, stage.ana, "@bob look")
    pending_decide()
    room_mark_read(user=stage.bob, room=stage.room)
    message_in(stage.room, stage.ana, "@bob again")
    pending_decide()
    message_delete(deleter=stage.ana, message=first)
    pending_decide()
    assert unread_sums([stage.bob.pk]) == {stage.bob.pk: 1}


def test_an_old_message_whose_decision_is_pruned_is_subtracted_too(stage: Stage) -> None:
    edited, deleted = (message_in(stage.room, stage.ana, "@bob look") for _number in range(2))
    pending_decide()
    edited.decisions.all().delete()
    deleted.decisions.all().delete()
    message_edit(editor=stage.ana, message=edited, text="never mind")
    message_delete(deleter=stage.ana, message=deleted)
    pending_decide()
    check(stage.bob)


def test_marking_as_unread_before_the_worker_has_counted_counts_nothing_twice(stage: Stage) -> None:
    edited, deleted = (message_in(stage.room, stage.ana, "@bob look") for _number in range(2))
    pending_decide()
    message_edit(editor=stage.ana, message=edited, text="never mind")
    message_delete(deleter=stage.ana, message=deleted)
    new = message_in(stage.room, stage.ana, "@bob look")
    room_mark_read(user=stage.bob, room=stage.room)
    room_mark_unread(user=stage.bob, room=stage.room, first=edited.public_id)
    pending_decide()
    check(stage.bob)
    assert unread_sums([stage.bob.pk]) == {stage.bob.pk: 1}
    room_mark_unread(user=stage.bob, room=stage.room, first=new.public_id)
    assert unread_sums([stage.bob.pk]) == {stage.bob.pk: 1}


def test_a_message_marked_as_unread_and_then_deleted_does_not_count(stage: Stage) -> None:
    message = message_in(stage.room, stage.ana, "@bob look")
    pending_decide()
    room_mark_read(user=stage.bob, room=stage.room)
    room_mark_unread(user=stage.bob, room=stage.room, first=message.public_id)
    assert unread_sums([stage.bob.pk]) == {stage.bob.pk: 1}
    message_delete(deleter=stage.ana, message=message)
    pending_decide()
    check(stage.bob)


def test_a_change_costs_few_queries_however_many_it_concerns(stage: Stage, django_assert_max_num_queries: Any) -> None:
    members_add(room=stage.room, users=UserFactory.create_batch(30))
    message = message_in(stage.room, stage.ana, "@all listen")
    pending_decide()
    message_delete(deleter=stage.ana, message=message)
    with django_assert_max_num_queries(25):
        pending_decide()
    assert not Subscription.objects.filter(room=stage.room, unread__gt=0).exists()

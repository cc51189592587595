"""Facts that another version of the product stored with a decision."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from preferences.models import AccountsSettings
from push.explain.explanations import explanation_of
from push.explain.structure import Basis
from push.models import Decision, Event, Notification
from push.rules import candidates
from push.rules.decision_facts import decision_facts
from push.rules.facts import MessageFacts, facts_of, facts_stored
from push.services import fanout
from push.services.fanout import next_advance, pending, pending_decide, remainder_count
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from tests.push.situations import saved
from tests.stored import UNREADABLE, other_versions
from workspace.models import Message, Room, User
from workspace.services.messages import message_edit
from workspace.stored_json import stored_write

pytestmark = pytest.mark.django_db

FACTS = tuple(one.name for one in fields(MessageFacts))
PART = 3


@pytest.fixture
def people() -> list[User]:
    return [DeviceFactory(user__username=f"member{number}").user for number in range(7)]


@pytest.fixture
def room(people: list[User]) -> Room:
    return RoomFactory(members=people)


@pytest.fixture
def message(room: Room) -> Message:
    return message_in(room, UserFactory(username="ana"), "@all lunch, @member1")


def other_facts(message: Message) -> list[tuple[str, dict[str, Any]]]:
    return list(other_versions(stored_write(facts_of(message))))


def test_they_are_read_as_they_were_stored(message: Message) -> None:
    pending_decide()
    decision = Decision.objects.get()
    assert facts_stored(decision) == facts_of(message)


def test_whatever_another_version_stored_is_read(message: Message) -> None:
    """Each fact in turn is missing or unreadable, or there is one more: the message's decision can be read."""
    facts, decision = facts_of(message), Decision.objects.get()
    for name, stored in other_facts(message):
        decision.facts = {"message": stored}
        read = facts_stored(decision)
        for fact in FACTS:
            if name != f"without {fact}":
                assert getattr(read, fact) == getattr(facts, fact), name


def test_a_fact_that_is_not_stored_has_its_default_if_it_has_one(message: Message) -> None:
    """A fact of a later version is not read from the message, which may have changed since."""
    stored = stored_write(facts_of(message))
    assert stored.pop("calls_all") is True
    assert facts_stored(Decision(message=message, facts={"message": stored})).calls_all is False


def test_a_channel_that_is_not_stored_has_the_default_level_of_today(message: Message) -> None:
    stored = stored_write(facts_of(message))
    stored["defaults"] = {"push": "nothing"}
    read = facts_stored(Decision(message=message, facts={"message": stored}))
    assert read.defaults == {"desktop": "all", "push": "nothing", "email": "mentions"}


@pytest.mark.parametrize("facts", [[], None, {"message": UNREADABLE}, {"message": []}, {}])
def test_facts_that_are_none_are_read_from_the_message(message: Message, facts: Any) -> None:
    read = facts_stored(Decision(message=message, accepted_at=message.accepted_at, facts=facts))
    assert (read.room_id, read.sender_id, read.accepted_at) == (message.room_id, message.sender_id, message.accepted_at)


class TestExplanations:
    @pytest.mark.thorough
    def test_older_messages_are_explained(self, message: Message, people: list[User]) -> None:
        pending_decide()
        decision = Decision.objects.get()
        for name, stored in other_facts(message):
            Decision.objects.update(facts={**decision.facts, "message": stored})
            push = explanation_of(message=message, user=people[0]).channels[1]
            assert push.basis == Basis.RECORDED, name
            assert push.code == "default_all", name

    def test_what_else_is_stored_may_be_missing_or_unreadable(self, message: Message, people: list[User]) -> None:
        pending_decide()
        decision = Decision.objects.get()
        for name, stored in other_versions(decision.facts):
            Decision.objects.update(facts=stored)
            assert explanation_of(message=message, user=people[0]).channels[1].code == "default_all", name

    def test_counts_may_be_unreadable(self, message: Message, people: list[User]) -> None:
        pending_decide()
        Decision.objects.update(counts=[UNREADABLE])
        assert explanation_of(message=message, user=people[0]).channels[1].code == "default_all"

    def test_a_level_that_does_not_exist_any_more_is_shown_as_it_is(self, message: Message, people: list[User]) -> None:
        pending_decide()
        decision = Decision.objects.get()
        decision.facts["message"]["defaults"]["push"] = "loud"
        decision.save()
        assert explanation_of(message=message, user=people[0]).channels[1].preference.shown == "loud"


class TestHalfDecided:
    @pytest.fixture(autouse=True)
    def _every_room_is_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(candidates, "LARGE_ROOM", 1)
        monkeypatch.setattr(fanout, "PART", PART)

    @pytest.fixture
    def half(self, message: Message) -> Decision:
        next_advance(pending())
        decision = Decision.objects.get()
        assert decision.position is not None
        assert decision.decided_at is None
        return decision

    @pytest.mark.thorough
    def test_it_is_finished(self, half: Decision, message: Message) -> None:
        for name, stored in other_facts(message):
            facts = {**half.facts, "message": stored}
            self.put_back(half, facts)
            assert pending_decide() == 1, name
            finished = Decision.objects.get()
            assert finished.failures == 0, name
            assert sum(finished.counts["push"].values()) == 8, name
            assert Notification.objects.filter(channel="push").count() == 7, name

    @pytest.mark.thorough
    def test_it_is_finished_whatever_else_is_stored(self, half: Decision) -> None:
        for name, stored in other_versions(half.facts):
            self.put_back(half, stored)
            assert pending_decide() == 1, name
            assert Decision.objects.get().failures == 0, name
            assert Notification.objects.filter(channel="push").count() == 7, name

    def test_its_counts_may_be_unreadable(self, half: Decision) -> None:
        self.put_back(half, half.facts, counts=[UNREADABLE])
        assert pending_decide() == 1
        assert Decision.objects.get().failures == 0

    @staticmethod
    def put_back(half: Decision, facts: Any, **columns: Any) -> None:
        """Let the decision be where it was, with other facts."""
        Notification.objects.filter(user__pk__gt=half.position).delete()
        columns = {"counts": half.counts, **columns}
        Decision.objects.update(facts=facts, position=half.position, decided_at=None, failures=0, **columns)


@pytest.mark.thorough
def test_members_whom_no_rule_reaches_are_counted(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "LARGE_ROOM", 1)
    saved(AccountsSettings, desktop="mentions", push="mentions")
    message = message_in(room, UserFactory(), "@member1 look")
    pending_decide()
    decision = Decision.objects.get()
    assert decision.position == 0
    assert "first" in decision.facts
    facts = [(name, {**decision.facts, "message": stored}) for name, stored in other_facts(message)]
    for name, stored in [*facts, *other_versions(decision.facts)]:
        Decision.objects.update(facts=stored, position=0, counts=decision.counts)
        assert remainder_count(), name
        assert Decision.objects.get().failures == 0, name
    assert Notification.objects.filter(channel="push").count() == 1


class TestEdits:
    def test_whom_the_message_called_before_may_be_missing_or_unreadable(self, message: Message) -> None:
        pending_decide()
        message_edit(editor=message.sender, message=message, text="@member2 instead")
        edit = Decision.objects.get(event=Event.EDITED)
        assert decision_facts(edit).before is not None
        for name, stored in other_versions(edit.facts):
            Decision.objects.filter(pk=edit.pk).update(facts=stored, decided_at=None)
            assert pending_decide() == 1, name
            assert not Decision.objects.exclude(failures=0).exists(), name

"""Members of large rooms are found without reading the room, and are the same."""

from __future__ import annotations

import os
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings

from preferences.models import AccountsSettings
from preferences.services.accounts import account_preferences_save, highlight_words_set
from preferences.services.rooms import room_preferences_save
from push.models import Channel, Decision, Notification
from push.rules import candidates
from push.rules.candidates import candidates_of, searches_sending, users_of
from push.rules.facts import facts_of
from push.rules.members import Rows, members_of
from push.rules.reading import table_read
from push.rules.table import RULES_BY_CODE
from push.services.fanout import pending_decide
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from tests.push.plain_rules import MessageSituation
from tests.push.rules.test_against_plain_reading import members_drawn, messages
from tests.push.situations import saved, situation_build
from workspace.models import Room, Subscription, User

pytestmark = pytest.mark.django_db

EXAMPLES = max(2, int(os.environ.get("SITUATIONS", "200")) // 240)


@pytest.fixture(autouse=True)
def _every_room_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "LARGE_ROOM", 1)


@pytest.fixture
def people() -> list[User]:
    """Six members with a device each, who are notified of mentions only."""
    levels = dict.fromkeys(Channel.values, "mentions")
    saved(AccountsSettings, **levels)
    return [DeviceFactory(user__username=f"member{number}").user for number in range(6)]


@pytest.fixture
def room(people: list[User]) -> Room:
    return RoomFactory(members=people)


def pushed() -> set[str]:
    return set(Notification.objects.filter(channel="push").values_list("user__username", flat=True))


def decide(room: Room, text: str, **fields: Any) -> Decision:
    message = message_in(room, UserFactory(), text, **fields)
    pending_decide()
    return Decision.objects.get(message=message)


def is_reached_by_index(decision: Decision) -> bool:
    return "first" in decision.facts


def test_a_mention_reaches_the_mentioned_only(room: Room) -> None:
    decision = decide(room, "@member1 and @member4")
    assert pushed() == {"member1", "member4"}
    assert decision.counts["push"] == {"mentioned": 2}
    assert is_reached_by_index(decision)


def test_everybody_whom_an_index_names_is_reached(room: Room, people: list[User]) -> None:
    highlight_words_set(user=people[0], words=["deploy"])
    account_preferences_save(user=people[1], push="all")
    room_preferences_save(subscription=Subscription.objects.get(user=people[2]), push="all")
    decide(room, "@member3 the deploy")
    assert pushed() == {"member0", "member1", "member2", "member3"}


def test_a_call_to_all_reads_the_room(room: Room) -> None:
    assert not is_reached_by_index(decide(room, "@all lunch"))


def test_nobody_called_is_nobody_read(room: Room) -> None:
    with CaptureQueriesContext(connection) as queries:
        decision = decide(room, "lunch")
    assert decision.decided_at
    assert decision.counts == {channel: {} for channel in Channel.values}
    assert not any("GROUP BY" in query["sql"] for query in queries)


def test_too_many_to_be_named_are_read(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MOST_CANDIDATES", 1)
    decision = decide(room, "@member1 and @member4")
    assert not is_reached_by_index(decision)
    assert pushed() == {"member1", "member4"}


@pytest.mark.situations
@hypothesis_settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(message=messages)
def test_nobody_to_whom_a_rule_sends_is_missing(message: MessageSituation) -> None:
    members = members_drawn(Random(message.sent_seconds_before))
    with transaction.atomic():
        row, _users = situation_build(replace(message, calls_all=False), members)
        facts = facts_of(row, event=message.event)
        for channel in Channel:
            reading = table_read(facts, channel)
            found = candidates_of(facts, [reading])
            decided = members_of(facts).annotate(code=reading.code()).values_list("user", "code")
            sent = {user for user, code in decided if RULES_BY_CODE[code].sends}
            assert found is None or sent <= found
        transaction.set_rollback(True)


def test_what_is_never_queued_is_counted_so(room: Room, settings: Any) -> None:
    settings.NOTIFY_DELAY_OFFLINE = -1
    decision = decide(room, "@member1")
    assert decision.counts["push"] == {"delay_never": 1}
    assert not Notification.objects.exists()


def test_candidates_are_found_by_one_statement(room: Room) -> None:
    facts = facts_of(message_in(room, UserFactory(), "@member1 look"))
    readings = [table_read(facts, channel) for channel in Channel]
    with CaptureQueriesContext(connection) as queries:
        candidates_of(facts, readings)
    assert len(queries) == 1


@pytest.mark.parametrize("index", ["account_preferences_all", "room_preferences_all"])
def test_who_wants_every_message_is_found_through_an_index(room: Room, index: str) -> None:
    facts = facts_of(message_in(room, UserFactory(), "@member1 look"))
    searches = searches_sending(table_read(facts, channel) for channel in Channel)
    rows = [holders(facts, value) for holders, value in searches or ()]
    assert index in planned(users_of(found for found in rows if isinstance(found, Rows)))


def planned(rows: QuerySet[Any]) -> str:
    """Return how the database would read the rows of large tables."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Small tables are read as a whole, whatever indexes they have.
            cursor.execute("SET LOCAL enable_seqscan = off")
    return rows.explain()

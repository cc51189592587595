"""Decisions by prepared statements, compared with those by the querysets that the statements are made from.

`SITUATIONS=20000` compares as many members' situations; the fast suite compares 240.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from preferences.models import AccountsSettings, QuietHours
from push.models import Notification
from push.rules.facts import MessageFacts, facts_of
from push.rules.forms import filling_of
from push.services.bulk import rows_write_and_count
from push.services.notifying import (
    Part,
    few_prepared,
    few_read,
    few_rows,
    part_notify,
    part_prepared,
    part_statements,
    readings_of,
)
from tests.push.plain_rules import MessageSituation
from tests.push.rules.test_against_plain_reading import members_drawn, messages
from tests.push.situations import ACCEPTED_AT, saved, situation_build
from workspace.models import User

SITUATIONS = int(os.environ.get("SITUATIONS", "240"))
MEMBERS = 12
NOW = ACCEPTED_AT + timedelta(seconds=3)

pytestmark = pytest.mark.django_db


@pytest.mark.situations
def test_prepared_statements_decide_alike() -> None:
    @settings(
        max_examples=SITUATIONS // MEMBERS,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(
        message=messages,
        seed=st.integers(0, 2**32),
        in_use=st.booleans(),
        has_end=st.booleans(),
        is_repeated=st.booleans(),
        is_whole_second=st.booleans(),
    )
    def compare(
        message: MessageSituation, seed: int, in_use: bool, has_end: bool, is_repeated: bool, is_whole_second: bool
    ) -> None:
        random = Random(seed)
        members = members_drawn(random)[: random.randint(1, MEMBERS)]
        members[0] = replace(members[0], is_sender=True)
        now = NOW.replace(microsecond=0) if is_whole_second else NOW
        with transaction.atomic():
            row, users = situation_build(message, members)
            quiet_create(users, random)
            facts = facts_of(row, event=message.event)
            few = random.sample([user.pk for user in users], min(len(users), random.randint(1, 7)))
            assert few_by_key(few_read(facts, readings_of(facts), few, now=now, in_use=in_use)) == few_by_key(
                few_rows(facts, readings_of(facts), few, in_use=in_use)
            )
            part = Part(users[0].pk - 1, users[-1].pk if has_end else None)
            options = {"now": now, "in_use": in_use, "is_repeated": is_repeated}
            plain = part_statements(facts, readings_of(facts), part, **options)
            filling = filling_of(facts, in_use=in_use, now=now, above=part.above, upto=part.upto)
            if filling is not None:
                prepared = part_prepared(filling.form, is_repeated=is_repeated)
                assert prepared is not None
                filled = [(text, slots.filled(filling.values, filling.times)) for text, slots in prepared]
                assert written(filled) == written(plain)
            transaction.set_rollback(True)

    compare()


def quiet_create(users: list[User], random: Random) -> None:
    """Give the workspace and some of the users quiet hours."""
    saved(AccountsSettings, quiet_hours=random.choice(["", "mon-sun 00:00-23:00"]))
    QuietHours.objects.bulk_create(
        QuietHours(user=user, paused_until=random.choice([None, NOW + timedelta(hours=1)]))
        for user in users
        if random.random() < 0.5
    )


def few_by_key(rows: Any) -> dict[int, dict[str, Any]]:
    return {row["user"]: row for row in rows}


def written(statements: Any) -> tuple[Any, Any]:
    """Return the groups, and the rows written, without keeping these."""
    fields = [field.attname for field in Notification._meta.concrete_fields if not field.primary_key]
    with transaction.atomic():
        groups = sorted(rows_write_and_count(statements))
        rows = sorted(Notification.objects.values_list(*fields), key=str)
        transaction.set_rollback(True)
    return groups, rows


def facts_in_room(user: User, **values: Any) -> MessageFacts:
    row, _users = situation_build(MessageSituation(), members_drawn(Random(1))[:2])
    return replace(facts_of(row), **values)


def test_messages_of_the_same_form_share_a_statement() -> None:
    """Other keys, times, words and room sizes are the same form; one more setting or kind of fact is another."""
    facts = facts_in_room(User())
    filling = filling_of(facts, in_use=False, now=NOW)
    other = replace(
        facts,
        message_id=7,
        room_id=8,
        sender_id=9,
        accepted_at=NOW,
        members_count=5,
    )
    assert filling is not None
    same = filling_of(other, in_use=False, now=NOW)
    assert same is not None
    assert same.form == filling.form
    for values in ({"calls_all": not facts.calls_all}, {"thread_id": 4}, {"max_room_members": 1}):
        different = filling_of(replace(facts, **values), in_use=False, now=NOW)
        assert different is not None
        assert different.form != filling.form


def test_a_message_with_many_names_is_decided_without_a_prepared_statement() -> None:
    facts = facts_in_room(User(), mentioned=frozenset(range(1, 9)))
    assert filling_of(facts, in_use=False, now=NOW) is None
    notified = part_notify(facts=facts, readings=readings_of(facts), above=0, upto=None, without=(), now=NOW)
    assert sum(notified.counts["push"].values()) == 2


def test_changed_settings_are_used_at_once(settings: Any) -> None:
    """Nothing is prepared for settings that have changed since the form was read."""
    facts = facts_in_room(User())
    statements = []
    for seconds in (10, 20):
        settings.NOTIFY_DELAY_ONLINE = seconds
        filling = filling_of(facts, in_use=False, now=NOW)
        assert filling is not None
        statements.append(part_prepared(filling.form, is_repeated=False))
    assert statements[0] != statements[1]
    settings.NOTIFY_DELAY_ONLINE = 30
    late = filling_of(facts, in_use=False, now=NOW)
    assert late is not None
    settings.NOTIFY_DELAY_ONLINE = 40
    assert part_prepared(late.form, is_repeated=False) is None


def test_few_statements_are_kept() -> None:
    for prepared in (few_prepared, part_prepared):
        assert prepared.cache_info().maxsize is not None

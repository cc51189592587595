"""The database's verdicts, compared with a plain reading of the table over generated situations.

`SITUATIONS=20000` compares as many members' situations per channel. The fast suite compares 200, `tests/services`
6,000.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from push.models import Channel
from push.rules.delays import delays, due_expression
from push.rules.facts import facts_of
from push.rules.members import members_of, members_read
from push.rules.reading import rules_of, table_read
from tests.push.plain_rules import MemberSituation, MessageSituation, code_of, due_after
from tests.push.situations import ACCEPTED_AT, AWAY_SECONDS, CHANNELS, situation_build

LEVELS = ("all", "mentions", "nothing")
MEMBERS = 100
# In so many situations each rule decides somewhere.
ENOUGH_FOR_EVERY_RULE = 6000
SITUATIONS = int(os.environ.get("SITUATIONS", "200"))

# What a member may be: each list's first entries are repeated as often as it takes to reach the table's later rules.
MEMBER_OPTIONS = {
    "alerts_off": (False,) * 9 + (True,),
    "ignores_sender": (False,) * 9 + (True,),
    "mutes_groups": (False, False, False, True),
    "active": (True,) * 9 + (False,),
    "status": ("online", "online", "away", "offline", "busy", "busy (over)"),
    "connection": ("online", "away", "offline"),
    "device": ("enabled",) * 6 + ("none", "disabled"),
    "email": ("verified",) * 6 + ("none", "unverified"),
    "mentioned_by_name": (False, False, False, True),
    "follows_thread": (False, True),
    "has_highlight": (False, False, False, True),
    "views_direct": ("by role", "by role", "by permission", "superuser", "no"),
}
LEVEL_OPTIONS = ("", "", "all", "mentions", "nothing")
# How often presence changes between the acceptance and the decision.
CHANGES = (0, 0, 1, 1, 2)


def members_drawn(random: Random) -> list[MemberSituation]:
    """Return a room full of members, each in some situation."""
    return [
        MemberSituation(
            **{name: random.choice(options) for name, options in MEMBER_OPTIONS.items()},
            room={channel: random.choice(LEVEL_OPTIONS) for channel in CHANNELS},
            account={channel: random.choice(LEVEL_OPTIONS) for channel in CHANNELS},
            later=tuple(presence_drawn(random) for _change in range(random.choice(CHANGES))),
        )
        for _member in range(MEMBERS)
    ]


def presence_drawn(random: Random) -> tuple[str, str]:
    """Return a connection and a status."""
    return random.choice(MEMBER_OPTIONS["connection"]), random.choice(MEMBER_OPTIONS["status"])


messages = st.builds(
    MessageSituation,
    event=st.sampled_from(["posted"] * 9 + ["edited"]),
    type=st.sampled_from([""] * 8 + ["e2e", "uj"]),
    sent_seconds_before=st.sampled_from([0] * 6 + [60, -60, 61, -61]),
    direct=st.sampled_from([False, False, False, True]),
    thread=st.sampled_from(["none", "none", "hidden", "shown"]),
    calls_all=st.sampled_from([False, False, True]),
    calls_here=st.sampled_from([False, False, True]),
    max_room_members=st.sampled_from([0, MEMBERS - 1, MEMBERS, MEMBERS + 1]),
    push_enabled=st.sampled_from([True] * 7 + [False]),
    email_enabled=st.sampled_from([True] * 7 + [False]),
    busy_silences=st.sampled_from(["desktop_and_push", "desktop"]),
    defaults=st.fixed_dictionaries({channel: st.sampled_from(LEVELS) for channel in CHANNELS}),
)


def codes_decided(message: MessageSituation, members: list[MemberSituation]) -> list[dict[str, Any]]:
    """Return what the database decides for each member, by channel and `due`, in seconds after the acceptance.

    Checks that each member alone is decided so, too. The database is as it was before afterwards.
    """
    with transaction.atomic():
        row, users = situation_build(message, members)
        facts = facts_of(row, event=message.event)
        readings = {channel: table_read(facts, channel) for channel in Channel}
        codes: dict[str, Any] = {f"{channel}_code": reading.code() for channel, reading in readings.items()}
        codes["due"] = due_expression(facts.accepted_at)
        found = {row.pop("user"): row for row in members_of(facts).annotate(**codes).values("user", *codes)}
        names = {"connection"}.union(*(reading.names for reading in readings.values()))
        for values in members_read(facts, names).annotate(due=codes["due"]):
            alone = {f"{channel}_code": reading.code_by(values) for channel, reading in readings.items()}
            alone["due"] = values["due"]
            assert alone == found[values["user"]], (message, values)
        transaction.set_rollback(True)
    for row in found.values():
        row["due"] = (row["due"] - ACCEPTED_AT).total_seconds()
    return [{name.removesuffix("_code"): code for name, code in found[user.pk].items()} for user in users]


@pytest.mark.situations
@pytest.mark.django_db
def test_verdicts_are_equal() -> None:
    """So many are compared, each rule decides somewhere, and the verdicts are equal."""
    reached: Counter[tuple[str, str]] = Counter()

    @settings(
        max_examples=SITUATIONS // MEMBERS,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(message=messages, seed=st.integers(0, 2**32), has_sender=st.booleans())
    def compare(message: MessageSituation, seed: int, has_sender: bool) -> None:
        members = members_drawn(Random(seed))
        members[0] = replace(members[0], is_sender=has_sender)
        for decided, member in zip(codes_decided(message, members), members, strict=True):
            if message.type == "e2e":
                member = replace(member, has_highlight=False)
            expected = {channel: code_of(message, member, channel, MEMBERS) for channel in CHANNELS}
            assert decided.pop("due") == due_after(member, delays(), AWAY_SECONDS), (message, member)
            assert decided == expected, (message, member)
            reached.update(expected.items())

    compare()
    compared = Counter[str]()
    for (channel, _code), number in reached.items():
        compared[channel] += number
    assert set(compared) == set(Channel.values)
    assert min(compared.values()) >= SITUATIONS
    if SITUATIONS >= ENOUGH_FOR_EVERY_RULE:
        for channel in Channel:
            assert {rule.code for rule in rules_of(channel)} == {code for name, code in reached if name == channel}

"""What is told under a choice is what would be decided."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from preferences.previews import Question
from preferences.services.accounts import account_preferences_save
from preferences.services.rooms import room_preferences_save
from push.explain.previews import OWN_REASONS, previews
from push.explain.verdicts import verdict_of
from push.models import Channel
from push.rules.table import RULES_BY_CODE
from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import Room, User
from workspace.services.presence import activity_report

pytestmark = pytest.mark.django_db

LEVELS = st.sampled_from(["", "all", "mentions", "nothing"])
TEXTS = ("hello", "hello @ana", "hello @all")
Situation = tuple[User, User, Room]
SETTINGS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def situation() -> Situation:
    """Return somebody who is online, somebody who writes, and the room of both."""
    ana, bob = UserFactory(username="ana"), UserFactory(username="bob")
    activity_report(user=ana)
    return ana, bob, RoomFactory(name="ops", members=[ana, bob])


@given(room=LEVELS, account=LEVELS, is_muted=st.booleans(), is_off=st.booleans())
@SETTINGS
def test_a_rooms_previews_are_its_verdicts_once_saved(
    situation: Situation, room: str, account: str, is_muted: bool, is_off: bool
) -> None:
    ana, bob, place = situation
    subscription = place.subscriptions.get(user=ana)
    account_preferences_save(user=ana, desktop=account)
    room_preferences_save(
        subscription=subscription, desktop="", group_mentions_muted=False, notifications_disabled=False
    )
    chosen = {"desktop": room, "group_mentions_muted": is_muted, "notifications_disabled": is_off}
    question = Question(user=ana, channels=["desktop"], room=chosen, subscription=subscription)
    told = [line.sends for line in previews(question)["desktop"]]
    room_preferences_save(subscription=subscription, **chosen)  # type: ignore[typeddict-item]
    assert told == [verdict_of(message_in(place, bob, text), ana, Channel.DESKTOP).sends for text in TEXTS]


@given(saved=LEVELS, asked=LEVELS)
@SETTINGS
def test_the_accounts_previews_are_its_verdicts_once_saved(situation: Situation, saved: str, asked: str) -> None:
    ana, bob, place = situation
    account_preferences_save(user=ana, desktop=saved)
    question = Question(user=ana, channels=["desktop"], account={"desktop": asked})
    told = [line.sends for line in previews(question)["desktop"]]
    account_preferences_save(user=ana, desktop=asked)
    assert told == [verdict_of(message_in(place, bob, text), ana, Channel.DESKTOP).sends for text in TEXTS[:2]]


def test_every_reason_of_ones_own_is_a_rules() -> None:
    assert set(OWN_REASONS) <= set(RULES_BY_CODE)

"""Previews under a preference match the real decisions."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from preferences.previews import PreviewRequest
from preferences.services.accounts import account_preferences_save
from preferences.services.rooms import room_preferences_save
from push.explain.channel_decisions import channel_decision
from push.explain.previews import PREVIEW_REASONS, previews
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
    """Return a user who is online, a sender, and their room."""
    ana, bob = UserFactory(username="ana"), UserFactory(username="bob")
    activity_report(user=ana)
    return ana, bob, RoomFactory(name="ops", members=[ana, bob])


@pytest.mark.thorough
@given(room=LEVELS, account=LEVELS, is_muted=st.booleans(), is_off=st.booleans())
@SETTINGS
def test_a_rooms_previews_match_the_decisions_after_saving(
    situation: Situation, room: str, account: str, is_muted: bool, is_off: bool
) -> None:
    ana, bob, place = situation
    subscription = place.subscriptions.get(user=ana)
    account_preferences_save(user=ana, desktop=account)
    room_preferences_save(
        subscription=subscription, desktop="", group_mentions_muted=False, notifications_disabled=False
    )
    chosen = {"desktop": room, "group_mentions_muted": is_muted, "notifications_disabled": is_off}
    question = PreviewRequest(user=ana, channels=["desktop"], room=chosen, subscription=subscription)
    previewed = [line.sends for line in previews(question)["desktop"]]
    room_preferences_save(subscription=subscription, **chosen)  # type: ignore[typeddict-item]
    assert previewed == [channel_decision(message_in(place, bob, text), ana, Channel.DESKTOP).sends for text in TEXTS]


@pytest.mark.thorough
@given(saved=LEVELS, unsaved=LEVELS)
@SETTINGS
def test_the_accounts_previews_match_the_decisions_after_saving(situation: Situation, saved: str, unsaved: str) -> None:
    ana, bob, place = situation
    account_preferences_save(user=ana, desktop=saved)
    question = PreviewRequest(user=ana, channels=["desktop"], account={"desktop": unsaved})
    previewed = [line.sends for line in previews(question)["desktop"]]
    account_preferences_save(user=ana, desktop=unsaved)
    assert previewed == [
        channel_decision(message_in(place, bob, text), ana, Channel.DESKTOP).sends for text in TEXTS[:2]
    ]


def test_every_preview_reason_belongs_to_a_rule() -> None:
    assert set(PREVIEW_REASONS) <= set(RULES_BY_CODE)

"""Explanations show why a user was or was not notified, from the data at the time of the decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from preferences.models import AccountsSettings
from preferences.services.accounts import account_preferences_save, highlight_words_set
from preferences.services.quiet import quiet_hours_save, quiet_pause
from preferences.services.rooms import room_preferences_save, sender_ignore
from push.explain.explanations import explanation_of
from push.explain.structure import Basis, ChannelExplanation, Explanation, HistoryEntry, StepResult
from push.models import Channel, Decision, EndReason, Notification, PushSettings
from push.sending.queue import room_items_drop
from push.services.devices import device_remove
from push.services.fanout import pending_decide
from tests.factories import DeviceFactory, EmailAddressFactory, RoomFactory, UserFactory, message_in
from workspace.models import (
    FormerPresence,
    FormerRow,
    GeneralSettings,
    Message,
    Presence,
    Room,
    Status,
    Subscription,
    User,
)
from workspace.models.history import rows_as_of
from workspace.services.messages import message_delete, message_edit
from workspace.services.presence import activity_report, status_set
from workspace.services.rooms import members_add, room_leave

pytestmark = pytest.mark.django_db
START = datetime.fromisoformat("2027-03-01T09:00:00+00:00")


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def bob() -> User:
    bob = UserFactory(username="bob")
    EmailAddressFactory(user=bob)
    return bob


@pytest.fixture
def room(ana: User, bob: User) -> Room:
    return RoomFactory(name="ops", creator=ana, members=[ana, bob])


def decided(room: Room, sender: User, text: str = "hello", **fields: Any) -> Message:
    message = message_in(room, sender, text, **fields)
    pending_decide()
    return message


def explained(message: Message, user: User, channel: Channel = Channel.PUSH, **changes: Any) -> ChannelExplanation:
    message = Message.objects.get(pk=message.pk)
    return explanation_of(message=message, user=user, channels=[channel], changes=changes).channels[0]


def subscription(room: Room, user: User) -> Subscription:
    return Subscription.objects.get(room=room, user=user)


class TestWhatWasTrueThen:
    """Later changes by members, senders or administrators do not affect the explanation."""

    def test_a_preference_changed_since(self, room: Room, ana: User, bob: User) -> None:
        DeviceFactory(user=bob)
        room_preferences_save(subscription=subscription(room, bob), push="nothing")
        message = decided(room, ana)
        room_preferences_save(subscription=subscription(room, bob), push="all")
        explanation = explained(message, bob)
        assert (explanation.code, explanation.sends, explanation.basis) == ("room_nothing", False, Basis.RECONSTRUCTED)
        assert explanation.preference is not None
        assert (explanation.preference.level, explanation.preference.origin) == ("nothing", "room")

    def test_a_preference_dropped_since(self, room: Room, ana: User, bob: User) -> None:
        DeviceFactory(user=bob)
        account_preferences_save(user=bob, push="nothing")
        message = decided(room, ana)
        account_preferences_save(user=bob, push="")
        assert explained(message, bob).code == "account_nothing"

    def test_a_preference_chosen_since(self, room: Room, ana: User, bob: User) -> None:
        DeviceFactory(user=bob)
        message = decided(room, ana)
        room_preferences_save(subscription=subscription(room, bob), notifications_disabled=True)
        assert explained(message, bob).code == "default_all"

    def test_a_device_registered_since(self, room: Room, ana: User, bob: User) -> None:
        message = decided(room, ana)
        DeviceFactory(user=bob)
        assert explained(message, bob).code == "no_device"

    def test_a_device_removed_since(self, room: Room, ana: User, bob: User) -> None:
        device = DeviceFactory(user=bob)
        room_preferences_save(subscription=subscription(room, bob), push="nothing")
        message = decided(room, ana)
        device_remove(user=bob, token=device.token)
        assert explained(message, bob).code == "room_nothing"

    def test_a_sender_ignored_then(self, room: Room, ana: User, bob: User) -> None:
        sender_ignore(subscription=subscription(room, bob), sender=ana)
        message = decided(room, ana)
        sender_ignore(subscription=subscription(room, bob), sender=ana, ignore=False)
        assert explained(message, bob).code == "sender_ignored"

    def test_highlight_words_replaced_since(self, room: Room, ana: User, bob: User) -> None:
        DeviceFactory(user=bob)
        account_preferences_save(user=bob, push="mentions")
        highlight_words_set(user=bob, words=["deploy", "lunch"])
        message = decided(room, ana, "time for the deploy")
        highlight_words_set(user=bob, words=["lunch"])
        assert explained(message, bob).code == "highlight"

    def test_a_mention_edited_away_since(self, room: Room, ana: User, bob: User) -> None:
        DeviceFactory(user=bob)
        message = decided(room, ana, "@bob look")
        message_edit(editor=ana, message=Message.objects.get(pk=message.pk), text="never mind")
        assert explained(message, bob).code == "mentioned"

    def test_a_message_deleted_since(self, room: Room, ana: User, bob: User) -> None:
        DeviceFactory(user=bob)
        message = decided(room, ana, "@bob look")
        message_delete(deleter=ana, message=message)
        explanation = explained(message, bob)
        assert (explanation.code, explanation.basis) == ("mentioned", Basis.RECORDED)
        assert str(EndReason.MESSAGE_GONE.label) in explanation.history[-1].text

    def test_a_member_who_has_left_since(self, room: Room, ana: User, bob: User) -> None:
        room_preferences_save(subscription=subscription(room, bob), notifications_disabled=True)
        message = decided(room, ana)
        room_leave(user=bob, room=room)
        assert explained(message, bob).code == "room_notifications_disabled"

    def test_a_member_who_joined_since(self, room: Room, ana: User) -> None:
        message = decided(room, ana)
        late = UserFactory()
        members_add(room=room, users=[late])
        assert explained(message, late).code == "not_member"

    def test_settings_changed_since(self, room: Room, ana: User, bob: User) -> None:
        push = PushSettings.stored()
        push.enable = False
        push.save()
        message = decided(room, ana)
        push.enable = True
        push.save()
        assert explained(message, bob).code == "push_disabled"

    def test_an_account_deactivated_since(self, room: Room, ana: User, bob: User) -> None:
        DeviceFactory(user=bob)
        message = decided(room, ana)
        bob.is_active = False
        bob.save()
        assert explained(message, bob).code == "default_all"

    def test_a_status_picked_since(self, room: Room, ana: User, bob: User) -> None:
        DeviceFactory(user=bob)
        status_set(user=bob, status=Status.BUSY)
        message = decided(room, ana)
        status_set(user=bob, status=Status.ONLINE)
        explanation = explained(message, bob)
        assert explanation.code == "busy"
        assert explanation.step is not None
        assert [(value.name, value.shown) for value in explanation.step.values][-1] == ("status", "Busy")

    def test_a_client_connected_since(self, room: Room, ana: User, bob: User) -> None:
        with time_machine.travel(START, tick=False) as traveller:
            message = decided(room, ana)
            for _minute in range(3):
                traveller.shift(timedelta(seconds=30))
                activity_report(user=bob)
            assert explained(message, bob, Channel.DESKTOP).code == "no_client"

    def test_a_client_gone_away_since(self, room: Room, ana: User, bob: User) -> None:
        with time_machine.travel(START, tick=False) as traveller:
            activity_report(user=bob)
            message = decided(room, ana)
            traveller.shift(timedelta(hours=2))
            activity_report(user=bob)
            assert explained(message, bob, Channel.DESKTOP).code == "default_all"


class TestHistory:
    def test_activity_reports_of_an_active_client_write_no_history(self, bob: User) -> None:
        with time_machine.travel(START, tick=False) as traveller:
            activity_report(user=bob)
            before = FormerPresence.objects.count()
            for _report in range(20):
                traveller.shift(timedelta(seconds=20))
                activity_report(user=bob)
        assert FormerPresence.objects.count() == before

    def test_the_end_of_an_absence_writes_one_history_row(self, bob: User) -> None:
        with time_machine.travel(START, tick=False) as traveller:
            activity_report(user=bob)
            before = FormerPresence.objects.count()
            traveller.shift(timedelta(hours=1))
            activity_report(user=bob)
            traveller.shift(timedelta(seconds=10))
            activity_report(user=bob)
        assert FormerPresence.objects.count() == before + 1

    def test_rows_as_of_returns_earlier_values(self, bob: User) -> None:
        with time_machine.travel(START + timedelta(microseconds=123), tick=False) as traveller:
            activity_report(user=bob)
            before = Presence.objects.get(user=bob).connected_until
            at = timezone.now()
            traveller.shift(timedelta(hours=1))
            activity_report(user=bob)
        assert rows_as_of(Presence, user=bob, at=at)[0]["connected_until"] == before

    def test_a_decision_that_notifies_nobody_writes_one_row(self, room: Room, ana: User) -> None:
        members_add(room=room, users=UserFactory.create_batch(20))
        before = FormerRow.objects.count()
        decided(room, ana)
        assert (FormerRow.objects.count(), Decision.objects.count(), Notification.objects.count()) == (before, 1, 0)


class TestWhatHappened:
    def test_read_before_it_was_due(self, room: Room, ana: User, bob: User) -> None:
        DeviceFactory(user=bob)
        activity_report(user=bob)
        message = decided(room, ana)
        room_items_drop(user=bob, room=room)
        explanation = explained(message, bob)
        assert (explanation.basis, explanation.sends) == (Basis.RECORDED, True)
        assert [entry.kind for entry in explanation.history] == ["info", "warning"]
        assert explanation.advice

    def test_a_contradicting_record_takes_precedence_and_is_remarked(self, room: Room, ana: User, bob: User) -> None:
        DeviceFactory(user=bob)
        message = decided(room, ana)
        Notification.objects.update(rule="room_all")
        explanation = explained(message, bob)
        assert explanation.code == "room_all"
        assert "default_all" in explanation.remarks[0]

    def test_nothing_queued_by_the_delays(self, room: Room, ana: User, bob: User, settings: Any) -> None:
        settings.NOTIFY_DELAY_OFFLINE = -1
        DeviceFactory(user=bob)
        message = decided(room, ana)
        settings.NOTIFY_DELAY_OFFLINE = 0
        assert (explained(message, bob).code, explained(message, bob).sends) == ("delay_never", False)

    def test_before_the_decision_it_is_a_preview(self, room: Room, ana: User, bob: User) -> None:
        message = message_in(room, ana)
        assert explained(message, bob).basis == Basis.PREVIEW

    def test_deleted_before_the_decision(self, room: Room, ana: User, bob: User) -> None:
        message = message_in(room, ana)
        message_delete(deleter=ana, message=message)
        pending_decide()
        assert explained(message, bob).code == EndReason.MESSAGE_GONE

    def test_a_decision_older_than_the_stored_history(self, room: Room, ana: User, bob: User) -> None:
        with time_machine.travel(START, tick=False) as traveller:
            message = decided(room, ana)
            traveller.shift(timedelta(days=31))
            assert explained(message, bob).remarks


class TestChart:
    def test_all_rules_are_shown_and_one_decides(self, room: Room, ana: User, bob: User) -> None:
        message = decided(room, ana)
        steps = explained(message, bob).steps
        decisive = [step.result for step in steps].index(StepResult.DECIDED)
        assert steps[decisive].code == "no_device"
        assert {step.result for step in steps[:decisive]} == {StepResult.PASSED}
        assert {step.result for step in steps[decisive + 1 :]} == {StepResult.UNREAD}
        assert steps[-1].code == "not_mentioned"


class TestWhatIf:
    def test_other_values_of_the_member(self, room: Room, ana: User, bob: User) -> None:
        message = decided(room, ana)
        explanation = explained(message, bob, has_device=True, status="busy")
        assert (explanation.code, explanation.basis) == ("busy", Basis.WHAT_IF)
        assert explanation.step is not None
        assert [value.name for value in explanation.step.values if value.is_changed] == ["status"]

    def test_another_size_of_the_room(self, room: Room, ana: User, bob: User) -> None:
        DeviceFactory(user=bob)
        message = decided(room, ana)
        assert explained(message, bob, members_count=1000, max_room_members=100).code == "room_too_large"

    def test_another_default(self, room: Room, ana: User, bob: User) -> None:
        DeviceFactory(user=bob)
        message = decided(room, ana)
        assert explained(message, bob, default_push="nothing").code == "default_nothing"

    def test_nothing_is_written(
        self, room: Room, ana: User, bob: User, django_assert_max_num_queries: Any, settings: Any
    ) -> None:
        message = decided(room, ana)
        counts = [model.objects.count() for model in (Notification, Decision, FormerRow, GeneralSettings)]
        explained(message, bob, has_device=True, room_push="all")
        assert [model.objects.count() for model in (Notification, Decision, FormerRow, GeneralSettings)] == counts


class TestQuietHours:
    """Held notifications show until when, in the member's time zone, and whose quiet hours apply."""

    NIGHT = datetime.fromisoformat("2027-03-01T22:30:00+00:00")

    @pytest.fixture(autouse=True)
    def clock(self) -> Iterator[None]:
        with time_machine.travel(self.NIGHT, tick=False):
            yield

    @pytest.fixture
    def sleeper(self, bob: User) -> User:
        DeviceFactory(user=bob)
        bob.time_zone = "Europe/Berlin"
        bob.save()
        quiet_hours_save(user=bob, choice="own", hours="mon-sun 22:00-07:00")
        return bob

    def test_a_held_notification_is_shown(self, room: Room, ana: User, sleeper: User) -> None:
        texts = [entry.text for entry in explained(decided(room, ana), sleeper).history]
        assert texts[0].startswith("Queued for 2027-03-01 22:30:00")
        assert texts[1] == "Held back until 2027-03-02 07:00:00 (Europe/Berlin) by the member's quiet hours."

    def test_previews_and_what_if_forecast_the_delay(self, room: Room, ana: User, sleeper: User) -> None:
        message = message_in(room, ana)
        held = "Held back until 2027-03-02 07:00:00 (Europe/Berlin) by the member's quiet hours."
        assert [entry.text for entry in explained(message, sleeper).history] == [
            "Would be due at this time.",
            held,
        ]
        pending_decide()
        assert held in [entry.text for entry in explained(message, sleeper, connection="online").history]
        quiet_hours_save(user=sleeper, lets_mentions_through=True)
        mention = explained(message, sleeper, is_named=True)
        assert [entry.text for entry in mention.history] == ["Would be due at this time."]

    def test_a_pause_differs_from_the_workspaces_quiet_hours(self, room: Room, ana: User, sleeper: User) -> None:
        quiet_hours_save(user=sleeper, choice="")
        accounts = AccountsSettings.stored()
        accounts.quiet_hours = "mon 23:30-24:00"
        accounts.save()
        message = decided(room, ana)
        assert "by the workspace's quiet hours" in explained(message, sleeper).history[1].text
        quiet_hours_save(user=sleeper, choice="none")
        quiet_pause(user=sleeper, until=self.NIGHT + timedelta(hours=1))
        assert "by the member's pause" in explained(message, sleeper).history[1].text


def test_the_history_is_in_order() -> None:
    at = START
    queued, dropped = HistoryEntry(at, "queued"), HistoryEntry(at + timedelta(minutes=2), "dropped")
    edit, expected = HistoryEntry(at + timedelta(minutes=1), "edited"), HistoryEntry(None, "to come")
    channel = ChannelExplanation(
        channel=Channel.PUSH,
        code="mentioned",
        sends=True,
        sentence="",
        basis=Basis.RECORDED,
        history=(queued, dropped, expected),
    )
    explanation = Explanation(message=Message(), user=User(), decided_at=at, channels=(channel,), edits=(edit,))
    assert explanation.combined_history(channel) == [queued, edit, dropped, expected]

"""The hourly statistics: what is counted, and what repetitions, late rows, two workers and wrong clocks change."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from push import tasks
from push.models import (
    Answer,
    Attempt,
    Decision,
    DeliveryHour,
    DurationHour,
    Measure,
    Notification,
    OutcomeHour,
    RollupDay,
    RollupHour,
    RollupState,
    State,
)
from push.models.rollups import hour_of, hour_start
from push.selectors.statistics.figures import figures_of
from push.selectors.statistics.histogram import bucket_of
from push.selectors.statistics.hours import MAX_APPS, OTHER
from push.selectors.statistics.periods import Period
from push.selectors.statistics.totals import VERSION, Filters, totals_between
from push.services.retention import expired_prune
from push.services.rollups import CLAIM, hour_roll_up, hours_due, hours_roll_up, rollup_is_due
from tests.admin_rows import notification_of
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from workspace.models import Message, RetentionSettings, User

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 15, 12, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def message() -> Message:
    message = message_in(RoomFactory(), UserFactory())
    Decision.objects.filter(message=message).update(accepted_at=NOW - timedelta(days=40))
    return message


@pytest.fixture
def member() -> User:
    return UserFactory()


@pytest.fixture(autouse=True)
def at_noon() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def ended(message: Message, at: datetime, state: State = State.SENT, **fields: Any) -> Notification:
    """Add a notification that was created ten seconds before it ended, and was due two seconds before."""
    times = {"created_at": at - timedelta(seconds=10), "due_at": at - timedelta(seconds=2), "finished_at": at}
    return notification_of(message, UserFactory(), state, **{**times, **fields})


def everything_roll_up() -> None:
    while not hours_roll_up():
        pass


def outcomes() -> dict[tuple[str, ...], int]:
    rows = OutcomeHour.objects.values_list("hour", "channel", "state", "code", "count")
    return {(f"{hour_start(hour):%d %H}", *rest): count for hour, *rest, count in rows}


def durations(measure: Measure) -> Counter[int]:
    rows = DurationHour.objects.filter(measure=measure)
    return Counter(dict(rows.values_list("bucket", "count")))


def test_outcomes_are_counted_by_hour_channel_state_and_code(message: Message) -> None:
    ended(message, NOW)
    ended(message, NOW)
    ended(message, NOW, State.DROPPED, reason="connected")
    ended(message, NOW - HOUR, State.FAILED, reason="gave_up")
    ended(message, NOW.replace(minute=0), channel="email")
    ended(message, NOW.replace(minute=0) - timedelta(microseconds=1))
    notification_of(message, UserFactory(), State.QUEUED)
    for _time in range(2):
        assert hours_roll_up()
        assert outcomes() == {
            ("15 12", "push", "sent", "mentioned"): 2,
            ("15 12", "push", "dropped", "connected"): 1,
            ("15 12", "email", "sent", "mentioned"): 1,
            ("15 11", "push", "sent", "mentioned"): 1,
            ("15 11", "push", "failed", "gave_up"): 1,
        }


def test_durations_are_measured_from_acceptance_and_from_the_due_time(message: Message) -> None:
    Decision.objects.filter(message=message).update(accepted_at=NOW - timedelta(seconds=40))
    notification = ended(message, NOW, created_at=NOW - timedelta(seconds=30))
    earlier = NOW - timedelta(seconds=50)
    ended(message, NOW, created_at=earlier, first_due_at=NOW - timedelta(seconds=8))
    ended(message, NOW, created_at=earlier, due_at=NOW + HOUR)
    ended(message, NOW, State.DROPPED)
    delivered = {"route": "gateway:org.app", "answer": Answer.ACCEPTED, "started_at": NOW}
    Attempt.objects.create(notification=notification, finished_at=NOW - timedelta(seconds=39), **delivered)
    hours_roll_up()
    # The last two were created before this decision was accepted: it is not theirs.
    assert durations(Measure.SENT) == {bucket_of(40): 1, bucket_of(50): 2}
    assert durations(Measure.LATENESS) == {bucket_of(2): 1, bucket_of(8): 1, 0: 1}
    assert durations(Measure.DELIVERY) == {bucket_of(1): 1}


def test_the_database_finds_the_same_buckets(message: Message) -> None:
    seconds = [0, 0.009, 0.05, 0.7, 1.3, 4, 100, 5_000, 86_400, 10**8]
    for number in seconds:
        ended(message, NOW, due_at=NOW - timedelta(seconds=number))
    hours_roll_up()
    assert durations(Measure.LATENESS) == Counter(bucket_of(number) for number in seconds)


def test_deliveries_are_counted_by_provider_app_and_answer(message: Message) -> None:
    device = DeviceFactory(app_name="org.app")
    notification, mail = ended(message, NOW), ended(message, NOW, channel="email")
    fields: dict[str, Any] = {"notification": notification, "device": device}
    Attempt.objects.create(**fields, route="gateway", answer=Answer.RETRY, reason="timeout")
    Attempt.objects.create(**fields, route="gateway", answer=Answer.ACCEPTED, number=2, received_at=NOW)
    Attempt.objects.create(notification=notification, route="fcm:org.app", answer=Answer.DEAD, reason="Unregistered")
    Attempt.objects.create(notification=mail, answer=Answer.ACCEPTED, number=1)
    hours_roll_up()
    rows = DeliveryHour.objects.values_list("channel", "provider", "app", "answer", "code", "count", "received")
    assert sorted(rows) == [
        ("email", "email", "", "accepted", "", 1, 0),
        ("push", "fcm", "", "dead", "Unregistered", 1, 0),
        ("push", "gateway", "org.app", "accepted", "", 1, 1),
        ("push", "gateway", "org.app", "retry", "timeout", 1, 0),
    ]


def test_only_the_most_frequent_apps_are_stored(message: Message) -> None:
    notification = ended(message, NOW)
    for number in range(MAX_APPS + 2):
        device = DeviceFactory(app_name=f"org.app{number}")
        Attempt.objects.create(notification=notification, device=device, route="gateway", answer=Answer.ACCEPTED)
    hours_roll_up()
    assert DeliveryHour.objects.get(app=OTHER).count == 2
    assert DeliveryHour.objects.count() == MAX_APPS + 1


def test_the_current_hour_is_computed_again_only_if_something_ended(message: Message, at_noon: Any) -> None:
    assert rollup_is_due(NOW)
    hours_roll_up()
    at_noon.shift(60)
    assert not rollup_is_due(timezone.now())
    ended(message, timezone.now())
    assert rollup_is_due(timezone.now())
    hours_roll_up()
    assert not rollup_is_due(timezone.now())
    # It took a second, so it may be computed every 20 seconds.
    RollupHour.objects.update(seconds=1)
    at_noon.shift(18)
    assert not rollup_is_due(timezone.now())
    at_noon.shift(3)
    assert rollup_is_due(timezone.now())


def test_an_ended_hour_is_computed_again_for_late_rows_and_receipts(message: Message, at_noon: Any) -> None:
    attempt = Attempt.objects.create(notification=ended(message, NOW), route="gateway", answer=Answer.ACCEPTED)
    hours_roll_up()
    at_noon.shift(HOUR)
    ended(message, NOW.replace(minute=59))
    hours_roll_up()
    assert outcomes() == {("15 12", "push", "sent", "mentioned"): 2}
    at_noon.shift(timedelta(days=1))
    Attempt.objects.filter(pk=attempt.pk).update(received_at=timezone.now())
    everything_roll_up()
    assert DeliveryHour.objects.get().received == 1
    assert hours_due(timezone.now()) == []


@pytest.mark.thorough
def test_pruned_hours_stay_counted(message: Message, at_noon: Any) -> None:
    ended(message, NOW)
    ended(message, NOW - HOUR)
    hours_roll_up()
    before = outcomes()
    at_noon.shift(timedelta(days=30, minutes=-20))
    expired_prune(seconds=60)
    assert Notification.objects.count() == 1
    # The older hour would be computed as empty.
    RollupHour.objects.update(computed_at=NOW)
    RetentionSettings(notification_days=60).save()
    everything_roll_up()
    assert outcomes() == before


def test_statistics_are_pruned_after_their_own_retention(message: Message, at_noon: Any) -> None:
    RetentionSettings(statistics_days=50).save()
    Attempt.objects.create(notification=ended(message, NOW), route="gateway", answer=Answer.ACCEPTED)
    hours_roll_up()
    at_noon.shift(timedelta(days=49))
    expired_prune(seconds=60)
    assert outcomes()
    at_noon.shift(timedelta(days=2))
    expired_prune(seconds=60)
    for table in (OutcomeHour, DeliveryHour, DurationHour, RollupHour):
        assert not table.objects.exists()
    assert hour_of(NOW) not in hours_due(timezone.now())


def test_earlier_hours_are_filled_in_from_the_newest_to_the_oldest(message: Message) -> None:
    for hours in range(5):
        ended(message, NOW - hours * HOUR)
    assert [hour_of(NOW) - hour for hour in hours_due(NOW)] == [0, 1, 2, 3, 4]
    computed = []
    while not hours_roll_up(seconds=0):
        computed.append(len(outcomes()))
    assert computed == [1, 2, 3, 4]
    assert len(outcomes()) == 5


def test_a_worker_leaves_the_work_to_the_one_that_claimed_it(message: Message, at_noon: Any) -> None:
    ended(message, NOW)
    RollupState.objects.create(claimed_by="another", claimed_until=NOW + CLAIM)
    assert hours_roll_up()
    assert outcomes() == {}
    # It died.
    at_noon.shift(CLAIM)
    hours_roll_up()
    assert len(outcomes()) == 1
    assert RollupState.objects.get().claimed_by == ""


def test_a_claim_made_by_a_wrong_clock_is_ignored(message: Message) -> None:
    ended(message, NOW)
    RollupState.objects.create(claimed_by="another", claimed_until=NOW + timedelta(days=365))
    hours_roll_up()
    assert len(outcomes()) == 1


def test_what_was_computed_after_losing_the_claim_is_discarded(message: Message) -> None:
    ended(message, NOW)
    RollupState.objects.create(claimed_by="another", claimed_until=NOW + CLAIM)
    assert not hour_roll_up(hour=hour_of(NOW), token="slow")
    assert outcomes() == {}


def test_hours_counted_while_the_clock_was_ahead_are_counted_again(message: Message, at_noon: Any) -> None:
    ended(message, NOW)
    at_noon.shift(3 * HOUR)
    ended(message, NOW + 3 * HOUR)
    hours_roll_up()
    assert len(outcomes()) == 2
    at_noon.move_to(NOW)
    ended(message, NOW)
    hours_roll_up()
    assert outcomes() == {("15 12", "push", "sent", "mentioned"): 2}
    at_noon.shift(3 * HOUR)
    ended(message, NOW + 2 * HOUR)
    hours_roll_up()
    assert sorted(outcomes()) == [(f"15 {hour}", "push", "sent", "mentioned") for hour in (12, 14, 15)]


def test_the_task_continues_until_every_hour_is_computed(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    for hours in range(3):
        ended(message, NOW - hours * HOUR)
    monkeypatch.setitem(hours_roll_up.__kwdefaults__, "seconds", 0)
    woken: list[str] = []
    monkeypatch.setattr(tasks, "enqueue", woken.append)
    tasks.rollups()
    assert woken == ["rollups"]
    tasks.rollups()
    tasks.rollups()
    assert woken == ["rollups", "rollups"]
    assert len(outcomes()) == 3


def test_days_are_summed_once_they_have_ended_and_again_when_an_hour_changes(message: Message, at_noon: Any) -> None:
    ended(message, NOW)
    ended(message, NOW - HOUR, State.FAILED, reason="gave_up")
    everything_roll_up()
    assert not RollupDay.objects.exists()
    at_noon.shift(12 * HOUR)
    everything_roll_up()
    period = Period("custom", hour_of(NOW) - 36, hour_of(NOW) + 36, True, UTC)
    assert RollupDay.objects.count() == 1
    assert figures_of(period, Filters()).current.ended("sent") == 1
    # An hour is counted again a day later.
    ended(message, NOW, channel="email")
    at_noon.shift(24 * HOUR)
    everything_roll_up()
    for filters, sent in ((Filters(), 2), (Filters(channel="email"), 1), (Filters(provider="google"), 0)):
        assert figures_of(period, filters).current.ended("sent") == sent


def test_sums_of_days_equal_the_sums_of_their_hours(message: Message, at_noon: Any) -> None:
    device = DeviceFactory(app_name="org.app")
    for hours in range(0, 60, 7):
        notification = ended(message, NOW - hours * HOUR)
        confirmed = {"received_at": NOW} if hours % 2 else {}
        Attempt.objects.create(
            notification=notification,
            device=device,
            route="google",
            answer=Answer.ACCEPTED,
            finished_at=NOW,
            **confirmed,
        )
    everything_roll_up()
    assert RollupDay.objects.count() == 2
    begin, end = hour_of(NOW) - 58, hour_of(NOW) + 1
    for filters in (Filters(), Filters(channel="push"), Filters(provider="google"), Filters(app="org.other")):
        from_days = totals_between(begin, end, filters)
        RollupDay.objects.update(version=0)
        assert totals_between(begin, end, filters) == from_days
        # Hours that an earlier release computed have no totals.
        RollupHour.objects.update(totals_version=0)
        assert totals_between(begin, end, filters) == from_days
        RollupDay.objects.update(version=VERSION)
        assert totals_between(begin, end, filters) == from_days
        RollupHour.objects.update(totals_version=VERSION)
    # Days of another version are summed again.
    RollupDay.objects.update(version=0, totals={"unknown": 1})
    everything_roll_up()
    assert totals_between(begin, end, Filters()).ended("sent") == 9


def test_totals_of_computed_hours_read_one_row_per_hour(message: Message, django_assert_num_queries: Any) -> None:
    ended(message, NOW)
    ended(message, NOW - HOUR, State.FAILED, reason="gave_up")
    everything_roll_up()
    with django_assert_num_queries(2):
        totals = totals_between(hour_of(NOW) - 1, hour_of(NOW) + 1, Filters())
    assert (totals.ended("sent"), totals.ended("failed")) == (1, 1)


def test_hours_of_another_version_are_computed_again(message: Message) -> None:
    ended(message, NOW)
    everything_roll_up()
    RollupHour.objects.update(version=0, summary=None)
    period = Period("custom", hour_of(NOW), hour_of(NOW) + 1, False, UTC)
    assert figures_of(period, Filters()).parts[0].states == {}
    everything_roll_up()
    assert figures_of(period, Filters()).parts[0].states == {"sent": 1}

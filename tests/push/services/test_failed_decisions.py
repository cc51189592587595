"""Decisions that always fail are given up, stay visible, and can be retried."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from push.explain.explanations import explanation_of
from push.models import Channel, Decision, Event, Notification
from push.selectors.checklist import checklist, problems
from push.selectors.checks import Check, Light
from push.selectors.dashboard import queue_summary
from push.selectors.due import decision_next
from push.services.clock_corrections import decisions_mend
from push.services.failed_decisions import MAX_FAILURES
from push.services.fanout import pending_decide, remainder_count
from push.services.retention import expired_prune
from tests.admin_rows import administrator
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from workspace.models import Message, User
from workspace.services.messages import message_edit

pytestmark = pytest.mark.django_db

PAGE = "/admin/push/decision/"
# The calculation of delays fails for this time.
DAMAGED = datetime(1, 1, 1, tzinfo=UTC)


@pytest.fixture
def member() -> User:
    return DeviceFactory().user


@pytest.fixture
def given_up(member: User) -> Decision:
    """A decision whose next failure was the last one."""
    sender = UserFactory()
    message = message_in(RoomFactory(creator=sender, members=[sender, member]), sender, f"@{member.username}")
    rows = Decision.objects.filter(message=message)
    rows.update(accepted_at=DAMAGED, failures=MAX_FAILURES - 1)
    assert pending_decide() == 0
    return rows.get()


def repair() -> None:
    """Remove the cause of the failures."""
    for message in Message.objects.all():
        Decision.objects.filter(message=message).update(accepted_at=message.accepted_at)


def retry(client: Client, decision: Decision) -> HttpResponse:
    """Confirm the action on the decision's page."""
    return client.post(f"{PAGE}{decision.pk}/retry/", {"_form_submitted": "on"})


def decisions_check() -> Check:
    (check,) = [check for check in checklist() if str(check.title) == "Decisions"]
    return check


def test_it_is_not_tried_again(given_up: Decision) -> None:
    assert (given_up.failures, given_up.retry_at) == (MAX_FAILURES, None)
    repair()
    decisions_mend()
    assert pending_decide() == 0
    assert decision_next() is None
    assert queue_summary(timezone.now()).undecided == 0


def test_it_delays_no_other_message(given_up: Decision, member: User) -> None:
    message_in(given_up.message.room, given_up.message.sender, f"@{member.username} again")
    assert pending_decide() == 1


def test_the_checklist_and_the_dashboard_report_it(given_up: Decision) -> None:
    assert decisions_check().light == Light.RED
    assert decisions_check().sentence.startswith("1 decision failed too often")
    assert decisions_check().url == f"{PAGE}?decided=failed"
    assert decisions_check() in problems()


def test_without_one_the_check_is_green() -> None:
    assert decisions_check().light == Light.GREEN


def test_the_explanation_names_the_reason(given_up: Decision, member: User) -> None:
    for to_self in (False, True):
        explained = explanation_of(
            message=given_up.message, user=member, channels=[Channel.PUSH], to_self=to_self
        ).channels[0]
        assert (explained.code, explained.sends) == ("not_decided", False)
        assert "several times" in explained.sentence
        assert "administrator can retry" in explained.advice


def test_what_if_still_evaluates_the_rules(given_up: Decision, member: User) -> None:
    changes = {"account_push": "nothing"}
    explained = explanation_of(message=given_up.message, user=member, channels=[Channel.PUSH], changes=changes)
    assert explained.channels[0].code == "account_nothing"


def test_an_administrator_can_retry_it(client: Client, given_up: Decision, member: User) -> None:
    client.force_login(administrator())
    assert len(client.get(PAGE, {"decided": "failed"}).context["cl"].result_list) == 1
    page = client.get(f"{PAGE}{given_up.pk}/change/").content.decode()
    assert "Given up" in page
    assert "not_decided" in page
    repair()
    retry(client, given_up)
    assert pending_decide() == 1
    assert Notification.objects.filter(user=member, channel=Channel.PUSH).count() == 1
    assert decisions_check().light == Light.GREEN
    assert len(client.get(PAGE, {"decided": "failed"}).context["cl"].result_list) == 0


def test_a_repaired_decision_is_not_offered_again(client: Client, given_up: Decision) -> None:
    client.force_login(administrator())
    assert f"{PAGE}{given_up.pk}/retry/" in client.get(f"{PAGE}{given_up.pk}/change/").content.decode()
    repair()
    retry(client, given_up)
    pending_decide()
    assert f"{PAGE}{given_up.pk}/retry/" not in client.get(f"{PAGE}{given_up.pk}/change/").content.decode()


def test_others_may_not_retry_it(client: Client, given_up: Decision) -> None:
    for user in (UserFactory(), UserFactory(is_staff=True)):
        client.force_login(user)
        assert retry(client, given_up).status_code in (302, 403)
    given_up.refresh_from_db()
    assert given_up.retry_at is None


def test_an_edit_of_a_half_counted_message_is_given_up_and_retried_with_it(given_up: Decision, client: Client) -> None:
    Decision.objects.filter(pk=given_up.pk).update(position=0)
    message_edit(editor=given_up.message.sender, message=given_up.message, text="changed")
    assert pending_decide() == 0
    edit = Decision.objects.get(event=Event.EDITED)
    assert edit.retry_at is None
    Decision.objects.filter(pk=given_up.pk).update(position=None)
    repair()
    client.force_login(administrator())
    retry(client, given_up)
    assert pending_decide() == 2


def test_an_edit_waits_for_its_message_without_counting_as_failed(given_up: Decision) -> None:
    Decision.objects.filter(pk=given_up.pk).update(position=0, retry_at=timezone.now() + timedelta(minutes=1))
    message_edit(editor=given_up.message.sender, message=given_up.message, text="changed")
    pending_decide()
    edit = Decision.objects.get(event=Event.EDITED)
    assert edit.failures == 0
    assert edit.retry_at is not None


def test_a_failed_count_is_given_up_too(given_up: Decision) -> None:
    rows = Decision.objects.filter(pk=given_up.pk)
    rows.update(
        position=0,
        decided_at=timezone.now(),
        retry_at=timezone.now(),
        failures=MAX_FAILURES - 1,
        facts={"first": "damaged"},
    )
    remainder_count()
    assert rows.get().retry_at is None
    assert remainder_count()
    assert decisions_check().light == Light.RED


def test_it_is_deleted_after_the_retention_time(given_up: Decision) -> None:
    Decision.objects.update(accepted_at=timezone.now())
    expired_prune(seconds=10)
    assert Decision.objects.exists()
    Decision.objects.update(accepted_at=timezone.now() - timedelta(days=settings.RETENTION_DAYS + 1))
    expired_prune(seconds=10)
    assert not Decision.objects.exists()

"""Admin pages of decisions."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from push.models import Decision
from tests.admin_rows import administrator
from tests.factories import RoomFactory, UserFactory, message_in

pytestmark = pytest.mark.django_db

LIST = "/admin/push/decision/"


@pytest.fixture
def decision(client: Client) -> Decision:
    client.force_login(administrator())
    decision = Decision.objects.get(message=message_in(RoomFactory(), UserFactory()))
    decision.counts = {"push": {"mentioned": 3, "no_device": 4, "delay_never": 1}, "email": {"not_mentioned": 8}}
    decision.save()
    return decision


def test_counts_are_shown_by_channel_with_sentences(client: Client, decision: Decision) -> None:
    html = client.get(f"{LIST}{decision.pk}/change/").content.decode()
    assert "3 of 8 members" in html
    assert "0 of 8 members" in html
    assert "The member had no registered device." in html


def test_the_list_shows_totals(client: Client, decision: Decision) -> None:
    assert "3 / 8" in client.get(LIST).content.decode()


def test_undecided_messages_can_be_filtered(client: Client, decision: Decision) -> None:
    assert len(client.get(LIST, {"decided": "no"}).context["cl"].result_list) == 1
    Decision.objects.update(decided_at=timezone.now())
    assert len(client.get(LIST, {"decided": "no"}).context["cl"].result_list) == 0


def test_a_failing_decision_is_marked(client: Client, decision: Decision) -> None:
    Decision.objects.update(failures=2)
    assert "Failing" in client.get(LIST).content.decode()

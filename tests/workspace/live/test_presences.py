"""Presence: `user-status` for everyone, and `stream-user-presence` for the users that a client asks for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests.factories import UserFactory
from tests.workspace.live.conftest import Client, Live, finish
from workspace.errors import ApplicationError
from workspace.models import LiveEvent, Presence, User
from workspace.services.connections import Change, Report, connections_report
from workspace.services.presence import activity_report, clients_disconnect, status_set

WATCH, LOGGED, STATUS = "stream-user-presence", "stream-notify-logged", "user-status"
OFFLINE, ONLINE, AWAY, BUSY = range(4)


@pytest.fixture
def everyone(live: Live, ana: User) -> Client:
    return live.hear(Client(ana), LOGGED, STATUS)


def watch(live: Live, client: Client, *added: User, removed: tuple[User, ...] = ()) -> Client:
    options = {"added": [user.public_id for user in added], "removed": [user.public_id for user in removed]}
    return live.hear(client, WATCH, "", options=options)


def test_reports_and_statuses(live: Live, everyone: Client, bob: User) -> None:
    activity_report(user=bob)
    live.deliver_now()
    assert everyone.take() == [[[bob.public_id, "bob", ONLINE, ""]]]
    status_set(user=bob, status="busy", text="in a meeting")
    live.deliver_now()
    assert everyone.take() == [[[bob.public_id, "bob", BUSY, "in a meeting"]]]
    clients_disconnect(user=bob)
    live.deliver_now()
    assert everyone.take() == [[[bob.public_id, "bob", OFFLINE, "in a meeting"]]]


def test_sockets(live: Live, everyone: Client, bob: User) -> None:
    for change, code in ((Change.USED, ONLINE), (Change.UNUSED, AWAY), (Change.CLOSED, OFFLINE)):
        connections_report(reports=[Report(bob.pk, "socket", change)])
        live.deliver_now()
        assert [args[0][2] for args in everyone.take()] == [code]


def test_regular_reports_write_no_rows(bob: User) -> None:
    activity_report(user=bob)
    assert LiveEvent.objects.filter(kind="presence").count() == 1
    activity_report(user=bob)
    assert LiveEvent.objects.filter(kind="presence").count() == 1


def test_invisible_users_look_offline(live: Live, everyone: Client, bob: User) -> None:
    status_set(user=bob, status="offline")
    activity_report(user=bob)
    live.deliver_now()
    assert everyone.take() == []


def test_timeouts_are_noticed_without_a_report(live: Live, everyone: Client, bob: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        activity_report(user=bob)
        live.deliver_now()
        everyone.take()
        assert live.presences.seconds_to_wait(500.0) == pytest.approx(60.0)
        seen = []
        for _step in range(3):
            clock.shift(timedelta(seconds=live.presences.seconds_to_wait(500.0)))
            finish(live.presences.tick())
            seen += [args[0][2] for args in everyone.take()]
        assert seen == [AWAY, OFFLINE]
        assert live.presences.seconds_to_wait(500.0) == 500.0


def test_a_later_report_postpones_the_timeout(live: Live, everyone: Client, bob: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        activity_report(user=bob)
        live.deliver_now()
        clock.shift(timedelta(seconds=50))
        activity_report(user=bob)
        clock.shift(timedelta(seconds=20))
        everyone.take()
        finish(live.presences.tick())
        assert everyone.take() == []
        clock.shift(timedelta(seconds=45))
        finish(live.presences.tick())
        assert [args[0][2] for args in everyone.take()] == [AWAY]


class TestWatching:
    def test_only_watched_users(self, live: Live, ana: User, bob: User) -> None:
        other = UserFactory()
        client = watch(live, Client(ana), bob)
        activity_report(user=bob)
        activity_report(user=other)
        live.deliver_now()
        (frame,) = client.frames
        assert (frame.event, frame.user_id, frame.args) == (bob.public_id, bob.public_id, [["bob", ONLINE, ""]])
        assert f'"fields":{{"uid":"{bob.public_id}","eventName":"{bob.public_id}",' in frame.text

    def test_users_are_added_and_removed(self, live: Live, ana: User, bob: User) -> None:
        other = UserFactory(username="other")
        client = watch(live, Client(ana), bob)
        watch(live, client, other, removed=(bob,))
        for user in (bob, other):
            activity_report(user=user)
        live.deliver_now()
        assert client.take() == [[["other", ONLINE, ""]]]

    def test_what_is_known_already_is_not_sent(self, live: Live, ana: User, bob: User) -> None:
        activity_report(user=bob)
        client = watch(live, Client(ana), bob)
        status_set(user=bob, text="")
        live.deliver_now()
        assert client.take() == []

    def test_the_event_may_name_the_user(self, live: Live, ana: User, bob: User) -> None:
        client = live.hear(Client(ana), WATCH, bob.public_id, options={})
        activity_report(user=bob)
        live.deliver_now()
        assert client.take() == [[["bob", ONLINE, ""]]]
        live.unsubscribe(client, WATCH, bob.public_id)
        clients_disconnect(user=bob)
        live.deliver_now()
        assert client.take() == []

    def test_nothing_is_sent_after_the_end(self, live: Live, ana: User, bob: User) -> None:
        closed, unsubscribed = watch(live, Client(ana), bob), watch(live, Client(ana), bob)
        live.close(closed)
        live.unsubscribe(unsubscribed, WATCH, "")
        activity_report(user=bob)
        live.deliver_now()
        assert closed.take() + unsubscribed.take() == []

    def test_a_deactivated_user_hears_nothing_more(self, live: Live, ana: User, bob: User) -> None:
        client = watch(live, Client(ana), bob)
        ana.is_active = False
        ana.save(update_fields=["is_active"])
        activity_report(user=bob)
        live.deliver_now()
        assert client.take() == []

    @pytest.mark.parametrize("options", [{"added": "x"}, {"added": [1]}, {"removed": {}, "added": ["x" * 300]}])
    def test_malformed_options_are_refused(self, live: Live, ana: User, options: Any) -> None:
        with pytest.raises(ApplicationError, match="lists of texts"):
            live.hear(Client(ana), WATCH, "", options=options)

    def test_an_account_watches_a_limited_number_of_users_over_all_clients(
        self, live: Live, ana: User, bob: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("workspace.live.presences.MAX_WATCHED", 2)
        one, two, three = UserFactory.create_batch(3)
        first, second = watch(live, Client(ana), one), watch(live, Client(ana), two)
        with pytest.raises(ApplicationError, match="at most 2 users") as refused:
            watch(live, second, three)
        assert refused.value.code == "error-too-many-subscriptions"
        # Another account has its own limit, and users that a client no longer watches leave room.
        watch(live, Client(bob), one, three)
        watch(live, second, three, removed=(two,))
        live.close(first)
        watch(live, second, one, three)

    def test_ids_without_an_account_are_ignored(
        self, live: Live, ana: User, bob: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("workspace.live.presences.MAX_WATCHED", 1)
        client = live.hear(Client(ana), WATCH, "", options={"added": ["nobody", "b" * 17, bob.public_id]})
        live.hear(client, WATCH, "nobody", options={})
        assert live.presences.watched_by(client) == [bob.public_id]
        activity_report(user=bob)
        live.deliver_now()
        assert client.take() == [[["bob", ONLINE, ""]]]


def test_the_number_of_queries_does_not_depend_on_users(
    live: Live, everyone: Client, django_assert_num_queries: Any
) -> None:
    users = [UserFactory() for _number in range(10)]
    Presence.objects.bulk_create([Presence(user=user) for user in users])
    live.deliver_now()
    connections_report(reports=[Report(user.pk, "socket", Change.USED) for user in users])
    with django_assert_num_queries(3):
        live.deliver_now()
    assert len(everyone.take()) == 10


def test_nothing_remains_of_a_client_that_watches_nobody(live: Live, ana: User, bob: User) -> None:
    client = live.hear(Client(ana), WATCH, bob.public_id)
    live.unsubscribe(client, WATCH, bob.public_id)
    assert not live.presences._presences._watched_by

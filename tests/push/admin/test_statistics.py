"""The dashboard's statistics: what the page shows, its links and filters, the CSV file, and who may see them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from django.test import Client

from push.models import Answer, Attempt, Decision, RollupHour
from push.services.rollups import hours_roll_up
from tests.admin_rows import administrator, notification_of, staff
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from workspace.models import Message

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 15, 12, 30, tzinfo=UTC)
VIEW = "push.view_notification"


@pytest.fixture(autouse=True)
def in_june() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def message() -> Message:
    message = message_in(RoomFactory(), UserFactory())
    Decision.objects.filter(message=message).update(accepted_at=NOW + timedelta(days=1))
    return message


@pytest.fixture
def day(message: Message) -> Message:
    """Two sent pushes, one of them in the period before, and a failed one, with their attempts."""
    device = DeviceFactory(app_name="org.app")
    for hours, state, answer in (
        (0, "sent", Answer.ACCEPTED),
        (30, "sent", Answer.ACCEPTED),
        (0, "failed", Answer.DEAD),
    ):
        at = NOW - timedelta(hours=hours)
        times = {"created_at": at - timedelta(seconds=4), "due_at": at - timedelta(seconds=1), "finished_at": at}
        reason = "token_dead" if state == "failed" else ""
        notification = notification_of(message, UserFactory(), state, reason=reason, **times)  # type: ignore[arg-type]
        Attempt.objects.create(
            notification=notification,
            device=device,
            route="gateway",
            answer=answer,
            reason="Gone" if reason else "",
            finished_at=at,
            received_at=None if reason else at,
        )
    everything_roll_up()
    return message


def everything_roll_up() -> None:
    while not hours_roll_up():
        pass


class Links(HTMLParser):
    """The links of a page, by their texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._url = ""
        self._text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._url, self._text = dict(attrs).get("href") or "", []

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.found.append((" ".join("".join(self._text).split()), self._url))


def figures(client: Client, query: str = "") -> dict[str, Any]:
    """Return the statistics that the page got."""
    context = client.get(f"/admin/statistics/?{query}").context["statistics"]
    return dict(context)


def card(client: Client, key: str, query: str = "") -> dict[str, Any]:
    return next(dict(card) for card in figures(client, query)["cards"] if card["key"] == key)


@pytest.mark.usefixtures("day")
def test_the_cards_compare_with_the_period_before(client: Client) -> None:
    client.force_login(administrator())
    sent = card(client, "sent")
    assert (sent["figure"], sent["note"]) == ("1", "±0% compared with 1 before")
    # Four seconds, in the bucket from 3.6 to 4.3.
    assert card(client, "sent-50")["figure"] == "3.9 s"
    assert card(client, "failed")["is_bad"]
    assert card(client, "received")["extra"] == "100.0% of the accepted deliveries"
    assert (card(client, "dead")["figure"], card(client, "dead")["note"]) == ("1", "")


@pytest.mark.thorough
@pytest.mark.any_database
@pytest.mark.usefixtures("day")
def test_every_number_links_to_the_rows_that_it_counts(client: Client) -> None:
    client.force_login(administrator())
    links = Links(client.get("/admin/statistics/").content.decode()).found
    lists = [(text, url) for text, url in links if url.startswith("/admin/push/")]
    assert len(lists) > 15
    for text, url in lists:
        page = client.get(url)
        assert page.status_code == 200
        rows = page.context["cl"].result_count
        assert rows >= 1 or "0" in text, (text, url)
        if text.isdigit():
            assert rows == int(text), (text, url)


@pytest.mark.usefixtures("day")
def test_tables_show_the_figures_of_charts_for_readers_without_them(client: Client) -> None:
    client.force_login(administrator())
    html = client.get("/admin/statistics/").content.decode()
    assert html.count("<canvas") == html.count("<summary") == 3
    assert "2026-06-15 12:00–13:00 UTC" in html
    assert "The push service no longer knows the device." in html


@pytest.mark.usefixtures("day")
def test_a_filter_by_app_shows_its_deliveries_only(client: Client) -> None:
    client.force_login(administrator())
    shown = figures(client, "app=org.app")
    assert {row["key"] for row in shown["cards"]} == {"accepted", "d-50", "d-95", "received", "dead", "refused"}
    assert figures(client, "app=org.other")["is_empty"]
    page = client.get("/admin/?app=org.app").content.decode()
    assert "a notification can go to several devices" in page
    assert '<option value="org.app" selected>' in page


@pytest.mark.usefixtures("day")
def test_periods_follow_the_readers_time_zone(client: Client) -> None:
    client.force_login(administrator(time_zone="Asia/Kolkata"))
    shown = figures(client, "period=30d")
    assert shown["zone"] == "Asia/Kolkata"
    assert len(next(iter(shown["charts"]))["table"]["rows"]) == 2
    shown = figures(client, "period=custom&from=2026-06-14&to=2026-06-15")
    assert (shown["first_day"], shown["last_day"]) == ("2026-06-14", "2026-06-15")
    assert shown["charts"][0]["table"]["rows"][0]["name"].endswith("17:30–18:30 IST")


@pytest.mark.parametrize(
    "query",
    [
        "period=year",
        "period=custom",
        "period=custom&from=2026-02-30&to=x",
        "period=custom&from=0001-01-01&to=9999-12-31",
        "channel=fax&provider=" + "x" * 500,
        "app=%F0%9F%98%80%27%22",
    ],
    ids=["unknown", "without-days", "no-dates", "extreme-days", "unknown-filters", "other-characters"],
)
def test_invalid_queries_are_ignored(client: Client, query: str) -> None:
    client.force_login(administrator())
    for address in ("/admin/", "/admin/statistics/", "/admin/statistics.csv"):
        assert client.get(f"{address}?{query}").status_code == 200


@pytest.mark.usefixtures("day")
def test_the_csv_file_has_a_line_per_hour(client: Client) -> None:
    client.force_login(staff(VIEW))
    response = client.get("/admin/statistics.csv?period=7d")
    assert response["Content-Disposition"] == 'attachment; filename="statistics-20260608-20260615.csv"'
    lines = list(csv.DictReader(response.content.decode().splitlines()))
    assert len(lines) == 7 * 24
    last = lines[-1]
    assert (last["begin"], last["end"]) == ("2026-06-15T12:00:00Z", "2026-06-15T13:00:00Z")
    assert (last["sent"], last["failed"], last["deliveries_dead"], last["deliveries_received"]) == ("1", "1", "1", "1")
    assert 2.8 < float(last["accepted_to_sent_p50_seconds"]) < 5.7
    assert lines[0]["accepted_to_sent_p50_seconds"] == ""


def test_strangers_see_no_statistics(client: Client) -> None:
    for user in (UserFactory(), staff("push.view_device")):
        client.force_login(user)
        for address in ("/admin/statistics/", "/admin/statistics.csv"):
            assert client.get(address).status_code in {302, 403}
    assert 'id="statistics"' not in client.get("/admin/").content.decode()


def test_hours_that_are_still_being_counted_are_mentioned(client: Client, message: Message) -> None:
    notification_of(message, UserFactory(), finished_at=NOW - timedelta(hours=2))
    client.force_login(administrator())
    assert "3 earlier hours are still being counted." in client.get("/admin/").content.decode()
    everything_roll_up()
    assert RollupHour.objects.count() == 3
    assert "still being counted" not in client.get("/admin/").content.decode()

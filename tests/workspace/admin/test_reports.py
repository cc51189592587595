"""Admin pages of reported messages."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.admin_rows import administrator, staff
from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import Report, TextView
from workspace.services.message_marks.reports import message_report

pytestmark = pytest.mark.django_db

LIST = "/admin/workspace/report/"


@pytest.fixture
def report() -> Report:
    reporter = UserFactory(username="ana")
    message = message_in(RoomFactory(members=[reporter]), UserFactory(username="grace"), "you are all fools")
    return message_report(reporter=reporter, public_id=message.public_id, description="rude to everybody")


def test_reports_show_the_text_its_sender_and_what_is_wrong(client: Client, report: Report) -> None:
    client.force_login(staff("workspace.view_moderation_console"))
    for page in (LIST, f"{LIST}{report.pk}/change/"):
        shown = client.get(page).content.decode()
        for text in ("you are all fools", "@grace", "rude to everybody", "@ana"):
            assert text in shown


def test_every_text_that_is_shown_is_recorded(client: Client, report: Report) -> None:
    client.force_login(staff("workspace.view_moderation_console"))
    client.get(LIST)
    client.get(f"{LIST}{report.pk}/change/")
    assert list(TextView.objects.values_list("message", "place")) == [(report.message_id, "report")] * 2


def test_reports_are_hidden_without_the_permission(client: Client, report: Report) -> None:
    client.force_login(staff("workspace.view_message"))
    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}{report.pk}/change/").status_code == 403


def test_administrators_dismiss_reports(client: Client, report: Report) -> None:
    admin = administrator()
    client.force_login(admin)
    assert "Dismiss" in client.get(f"{LIST}{report.pk}/change/").content.decode()
    selected = {"action": "dismiss", "_selected_action": [report.pk], "confirmed": "yes"}
    assert client.post(LIST, selected, follow=True).status_code == 200
    report.refresh_from_db()
    assert report.dismissed_by == admin


def test_reports_are_neither_written_changed_nor_deleted_here(client: Client, report: Report) -> None:
    client.force_login(administrator())
    for page in ("add", f"{report.pk}/delete", f"{report.pk}/change"):
        assert client.post(f"{LIST}{page}/", {"post": "yes", "text": "forged"}).status_code == 403

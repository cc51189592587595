"""E-mails that production stores in files, because it has no mail server."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage, get_connection
from django.test import Client

from push.selectors.checklist import checklist
from push.selectors.checks import Light
from tests.admin_rows import administrator
from workspace.mail import FILE_BACKEND, stored_mails_protect


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.EMAIL_BACKEND = FILE_BACKEND
    settings.EMAIL_FILE_PATH = str(tmp_path / "data" / "mail")
    before = os.umask(0o022)
    yield Path(settings.EMAIL_FILE_PATH)
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_owner_can_read_stored_mails(folder: Path) -> None:
    message = EmailMessage("Reset", "https://chat.example/password/x/y/", to=["ana@example.org"])
    # In tests, Django replaces the e-mail backend of the settings.
    connection = get_connection(FILE_BACKEND)
    assert connection.send_messages([message]) == 1
    (file,) = folder.iterdir()
    assert b"https://chat.example/password/x/y/" in file.read_bytes()
    assert [mode(path) for path in (file, folder, folder.parent)] == [0o600, 0o700, 0o700]


def test_mails_of_earlier_versions_are_made_private_at_start(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder.mkdir(parents=True)
    old = folder / "20260101-000000-1.log"
    old.write_text("an old reset link")
    assert (mode(folder), mode(old)) == (0o755, 0o644)
    with caplog.at_level(logging.WARNING):
        stored_mails_protect()
    assert (mode(folder), mode(old)) == (0o700, 0o600)
    assert "mail.stored_only" in caplog.text


def test_with_a_mail_server_nothing_is_logged(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    stored_mails_protect()
    assert not caplog.text


@pytest.mark.django_db
def test_the_dashboard_and_the_checklist_warn(folder: Path, client: Client) -> None:
    (check,) = [check for check in checklist() if str(check.title) == "Mail server"]
    assert check.light == Light.RED
    client.force_login(administrator())
    for page in ("/admin/", "/admin/settings/push/"):
        assert "are stored in files and not delivered" in client.get(page).content.decode()

"""`manage.py setup` with options and environment variables."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cloud.models import PendingRegistration, SetupWizardSettings
from cloud.services.registration_requests import registration_token_create
from push.models import PushSettings
from push.selectors.setup.progress import accepts_code, is_unfinished
from push.services.demo import PEOPLE
from tests.push.setup.conftest import PASSWORD
from workspace.models import GeneralSettings, User
from workspace.services.settings import EDIT_PERMISSION

pytestmark = pytest.mark.usefixtures("new_installation")


@pytest.fixture(autouse=True)
def _production(settings: Any) -> None:
    settings.DEMO, settings.PRODUCTION = False, True


@pytest.fixture
def password(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(f"{PASSWORD}\n")
    return path


def setup(**options: Any) -> str:
    written = io.StringIO()
    call_command("setup", stdout=written, **options)
    return written.getvalue()


class TestOptions:
    def test_they_set_up_a_new_installation(self, password: Path) -> None:
        options = {"name": "Theatre", "country": "Germany", "size": "40", "time_zone": "Europe/Berlin", "push": "web"}
        written = setup(admin="ada", email="ada@theatre.example", password_file=password, **options)
        assert "The administrator ada was created." in written
        assert PASSWORD not in written
        ada = User.objects.get()
        assert ada.has_perm(EDIT_PERMISSION)
        assert ada.check_password(PASSWORD)
        assert GeneralSettings.stored().time_zone == "Europe/Berlin"
        assert SetupWizardSettings.stored().size == 40
        assert not PushSettings.stored().enable_gateway
        assert not is_unfinished()

    def test_repeating_them_changes_nothing(self, password: Path) -> None:
        setup(admin="ada", email="ada@theatre.example", password_file=password, name="Theatre")
        password.write_text("another password of hers")
        assert "exists already" in setup(admin="Ada", email="x@theatre.example", password_file=password, name="Theatre")
        assert User.objects.get().check_password(PASSWORD)

    def test_the_password_can_come_from_standard_input(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
        setup(admin="ada", email="ada@theatre.example", password_stdin=True)
        assert User.objects.get().check_password(PASSWORD)

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"email": "ada@theatre.example"}, "needs a password"),
            ({"email": "nothing"}, "valid"),
            ({"email": "ada@theatre.example", "password_file": Path("/nowhere")}, "cannot be read"),
            ({"email": "ada@theatre.example", "time_zone": "Nowhere/City"}, "Timezone"),
        ],
        ids=["no password", "no address", "no file", "no such time zone"],
    )
    def test_what_is_wrong_is_said_and_nothing_is_created(
        self, options: dict[str, Any], words: str, settings: Any
    ) -> None:
        if words != "needs a password":
            settings.ADMIN_PASS = PASSWORD
        with pytest.raises(CommandError, match=words):
            setup(admin="ada", **options)
        assert not User.objects.exists()


class TestEnvironment:
    def test_it_sets_up_a_new_installation_once(self, settings: Any) -> None:
        settings.ADMIN_USERNAME, settings.ADMIN_EMAIL, settings.ADMIN_PASS = "ada", "ada@theatre.example", PASSWORD
        settings.SETUP_VALUES = {"name": "Theatre", "push": "web", "size": ""}
        _token, settings.SETUP_CLOUD_TOKEN = registration_token_create(note="test")
        setup()
        assert User.objects.get().check_password(PASSWORD)
        assert GeneralSettings.stored().site_name == "Theatre"
        assert PendingRegistration.objects.get().token
        assert not is_unfinished()
        # Administrators may change everything afterwards.
        GeneralSettings.objects.update(site_name="Opera")
        User.objects.update(username="renamed")
        setup()
        assert GeneralSettings.stored().site_name == "Opera"
        assert User.objects.count() == 1

    def test_a_weak_password_stops_the_start(self, settings: Any) -> None:
        settings.ADMIN_USERNAME, settings.ADMIN_EMAIL, settings.ADMIN_PASS = "ada", "ada@theatre.example", "abc"
        with pytest.raises(CommandError, match="too short"):
            setup()
        assert not User.objects.exists()

    def test_without_any_the_start_prints_the_code(self) -> None:
        written = setup()
        assert call_command("setupcode") in written
        assert "/setup/" in written
        assert accepts_code()

    def test_the_demo_needs_no_wizard(self, settings: Any) -> None:
        settings.DEMO = True
        assert "code" not in setup()
        assert User.objects.count() == len(PEOPLE)
        assert not is_unfinished()

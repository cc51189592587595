"""Exports of one person's data: what they contain, who gets them, and how long."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from push.services.retention import expired_prune
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from workspace.errors import MissingPermissionError
from workspace.models import DataExport, ExportState, RetentionSettings, TextView, User
from workspace.privacy import files
from workspace.services.people.deletion import account_erase
from workspace.services.privacy import exports
from workspace.services.privacy.exports import export_request, exports_make

pytestmark = pytest.mark.django_db

PAGE = "/account/data/"
BACKEND = "workspace.authentication.NameOrEmailBackend"


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana", name="Ana Silva")


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def made(user: User, by: User | None = None) -> DataExport:
    export = export_request(by=by or user, user=user)
    assert exports_make() == 1
    export.refresh_from_db()
    return export


def content_of(file: bytes) -> dict[str, Any]:
    """Return the parsed files of an export."""
    with ZipFile(BytesIO(file)) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")}


def downloaded(client: Client, export: DataExport) -> dict[str, Any]:
    answer = client.get(f"{PAGE}{export.public_id}/")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    return content_of(answer.content)


def test_the_person_requests_it_on_the_page_and_downloads_it(ana: User) -> None:
    client = client_of(ana)
    assert f'href="{PAGE}"' in client.get("/account/").text
    page = client.post(PAGE, follow=True).text
    assert "Being made" in page
    assert 'hx-trigger="every' in page
    exports_make()
    page = client.get(PAGE, headers={"HX-Request": "true", "HX-Target": "exports"}).text
    assert "Download" in page
    assert "hx-trigger" not in page
    about = downloaded(client, DataExport.objects.get())["about.json"]
    assert (about["username"], about["rows"]["account"]) == ("ana", 1)


def test_it_contains_ones_own_data_and_nothing_that_others_wrote(ana: User, bob: User) -> None:
    room = RoomFactory(name="stage", members=[ana, bob])
    message_in(room, ana, text="mine, all mine")
    message_in(room, bob, text="written by another")
    device = DeviceFactory(user=ana)
    DeviceFactory(user=bob, name="a phone of another")
    export = made(ana)
    content = downloaded(client_of(ana), export)
    text = json.dumps(content)
    assert [message["text"] for message in content["messages.json"]] == ["mine, all mine"]
    assert content["rooms.json"][0]["room"] == "#stage"
    assert content["account.json"][0]["name"] == "Ana Silva"
    assert "pushNotifications" in content["preferences.json"][0]
    assert content["devices.json"][0]["token"] == f"…{device.token[-6:]}"
    for absent in (device.token, ana.password, "written by another", "a phone of another"):
        assert absent not in text


def test_nobody_else_can_download_or_delete_it(ana: User, bob: User) -> None:
    export = made(ana)
    admin = UserFactory(roles=("admin",))
    for stranger in (bob, admin):
        client = client_of(stranger)
        assert client.get(f"{PAGE}{export.public_id}/").status_code == 404
        assert client.post(f"{PAGE}{export.public_id}/delete/").status_code == 404
    assert Client().get(f"{PAGE}{export.public_id}/").status_code == 302
    client_of(ana).post(f"{PAGE}{export.public_id}/delete/")
    assert not DataExport.objects.exists()


def test_an_administrator_exports_the_data_of_another_and_the_person_sees_it(ana: User) -> None:
    admin = UserFactory(username="root", roles=("admin",), name="Ruth Root")
    client = client_of(admin)
    client.post(f"/admin/workspace/user/{ana.pk}/export_data/", {"_form_submitted": "True"})
    export = DataExport.objects.get(user=ana)
    exports_make()
    assert f"{PAGE}{export.public_id}/" in client.get("/admin/workspace/dataexport/").text
    assert downloaded(client, export)["about.json"]["username"] == "ana"
    record = TextView.objects.get()
    assert (record.reader, record.about, record.place) == (admin, "@ana", "export")
    assert "requested by Ruth Root" in client_of(ana).get(PAGE).text


def test_a_member_cannot_export_the_data_of_another(ana: User, bob: User) -> None:
    with pytest.raises(MissingPermissionError):
        export_request(by=bob, user=ana)
    assert client_of(bob).get("/admin/workspace/dataexport/").status_code == 302


def test_there_is_one_export_at_a_time_and_a_limited_number(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(ana)
    client.post(PAGE)
    assert "already" in client.post(PAGE, follow=True).text
    monkeypatch.setattr(exports, "MAX_STORED", 1)
    exports_make()
    assert "Delete one of them first" in client.post(PAGE, follow=True).text


def test_it_expires(ana: User) -> None:
    RetentionSettings(export_days=2).save()
    export = made(ana)
    with time_machine.travel(timezone.now() + timedelta(days=2, seconds=1)):
        client = client_of(ana)
        assert client.get(f"{PAGE}{export.public_id}/").status_code == 404
        assert "There are no exports." in client.get(PAGE).text
        expired_prune()
    assert not DataExport.objects.exists()


def test_an_export_that_fails_is_tried_three_times(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any, **_named: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(exports, "export_write", fail)
    export = export_request(by=ana, user=ana)
    for number in range(5):
        with time_machine.travel(timezone.now() + timedelta(minutes=2 * number), tick=False):
            assert exports_make() == 0
    export.refresh_from_db()
    assert (export.state, export.tries) == (ExportState.FAILED, 3)
    assert "could not be made" in client_of(ana).get(PAGE).text


def test_another_worker_makes_what_a_lost_one_began(ana: User) -> None:
    export = export_request(by=ana, user=ana)
    DataExport.objects.update(state=ExportState.RUNNING, tries=1, retry_at=timezone.now() + timedelta(minutes=6))
    assert exports_make() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=7)):
        assert exports_make() == 1
    export.refresh_from_db()
    assert export.state == ExportState.READY


def test_large_files_are_stored_in_parts(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "PART_BYTES", 100)
    export = made(ana)
    assert export.parts.count() > 2
    assert "about.json" in downloaded(client_of(ana), export)


def test_it_is_deleted_with_the_account(ana: User) -> None:
    UserFactory(roles=("admin",))
    made(ana)
    account_erase(user=ana, may_be_last_owner=True)
    assert not DataExport.objects.exists()


def test_the_command_writes_a_file(ana: User, tmp_path: Path) -> None:
    target = tmp_path / "ana.zip"
    assert "contains the data of ana" in call_command("exportuser", "ana", str(target))
    assert target.stat().st_mode & 0o077 == 0
    assert content_of(target.read_bytes())["about.json"]["username"] == "ana"
    with pytest.raises(CommandError, match="File exists"):
        call_command("exportuser", "ana", str(target))
    with pytest.raises(CommandError, match="no user with this name"):
        call_command("exportuser", "nobody", str(tmp_path / "nobody.zip"))


def test_every_section_has_its_own_name() -> None:
    names = [section.name for section in files.export_sections()]
    assert len(names) == len(set(names)) > 15

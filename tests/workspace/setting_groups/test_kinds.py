"""Parsing values from outside."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from workspace.setting_groups.kinds import Kind, value_parse
from workspace.setting_groups.registry import settings_by_id


def parse(setting_id: str, raw: Any) -> Any:
    return value_parse(settings_by_id()[setting_id].field, raw)


@pytest.mark.parametrize(
    ("setting_id", "kind"),
    [
        ("Push_enable", Kind.BOOLEAN),
        ("Notifications_Max_Room_Members", Kind.INTEGER),
        ("Notifications_Busy_Silences", Kind.SELECT),
        ("Site_Name", Kind.TEXT),
        ("Push_gateway", Kind.MULTILINE),
        ("Push_apn_passphrase", Kind.PASSWORD),
        ("Push_apn_cert", Kind.MULTILINE),
    ],
)
def test_the_kind_of_a_setting_follows_from_its_field(setting_id: str, kind: Kind) -> None:
    assert settings_by_id()[setting_id].kind == kind


@pytest.mark.parametrize(
    ("setting_id", "raw", "value"),
    [
        ("Push_enable", False, False),
        ("Push_enable", "true", True),
        ("Notifications_Max_Room_Members", 0, 0),
        ("Notifications_Max_Room_Members", "250", 250),
        ("Push_gateway", "https://a.example\r\nhttps://b.example\r\n", "https://a.example\nhttps://b.example"),
        *(("Push_gateway", url, url) for url in ("http://gateway:8000", "http://[::1]:8000", "https://büro.example/a")),
        ("Cloud_Url", "http://cloud:8001", "http://cloud:8001"),
        ("Cloud_Url", "", ""),
        ("Push_apn_passphrase", None, ""),
        ("Apple_Watch_Quick_Actions", "", ""),
    ],
)
def test_a_value_is_read(setting_id: str, raw: Any, value: Any) -> None:
    assert parse(setting_id, raw) == value


@pytest.mark.parametrize(
    ("setting_id", "raw"),
    [
        ("Push_enable", 1),
        ("Push_enable", "yes"),
        ("Push_enable", None),
        ("Notifications_Max_Room_Members", True),
        ("Notifications_Max_Room_Members", 1.5),
        ("Notifications_Max_Room_Members", -1),
        ("Notifications_Max_Room_Members", 10**30),
        ("Notifications_Max_Room_Members", "9" * 5000),
        ("Notifications_Max_Room_Members", "²"),
        ("Notifications_Busy_Silences", "everything"),
        ("Site_Name", ""),
        ("Site_Name", None),
        ("Site_Name", ["a"]),
        ("Site_Name", "a" * 121),
        ("Site_Name", "nul\x00"),
        ("Site_Name", "Theatre\nBcc: everybody@example.org"),
        ("Site_Name", "\ud800"),
        ("Push_gateway", "ftp://a.example"),
        *(("Push_gateway", url) for url in (" ", "https://", "http://a:port", "http://a.example\x01", "http://[::1")),
        *(("Cloud_Url", url) for url in ("cloud", "ftp://cloud", "http://cloud /", "http://")),
        ("Push_apn_passphrase", "x" * 70_000),
        ("Force_Screen_Lock_After", 0),
        ("Push_apn_team_id", "short"),
    ],
)
def test_a_value_that_is_invalid_for_the_setting_is_rejected(setting_id: str, raw: Any) -> None:
    with pytest.raises(ValidationError):
        parse(setting_id, raw)

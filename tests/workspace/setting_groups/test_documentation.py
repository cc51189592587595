"""docs/settings.md."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from workspace.setting_groups.documentation import page
from workspace.setting_groups.registry import settings_by_id


def test_the_page_in_the_repository_is_up_to_date() -> None:
    assert call_command("settingsdoc", "--check") == "settings.md is up to date."


def test_an_outdated_page_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "settings.md"
    with pytest.raises(CommandError, match="stale"):
        call_command("settingsdoc", "--check", path=path)
    assert call_command("settingsdoc", path=path) == "Wrote settings.md."
    call_command("settingsdoc", "--check", path=path)


def test_every_setting_is_listed_whatever_the_language() -> None:
    with translation.override("de"):
        text = page()
    assert not [setting_id for setting_id in settings_by_id() if f"`{setting_id}`" not in text]
    assert text == page()

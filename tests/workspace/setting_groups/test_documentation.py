"""docs/settings.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from workspace.setting_groups.documentation import settings_page
from workspace.setting_groups.registry import settings_by_id


def test_the_page_in_the_repository_is_up_to_date() -> None:
    assert call_command("writedocs", "settings", "--check") == "docs/settings.md is up to date."


def test_an_outdated_page_is_reported(tmp_path: Path, settings: Any) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    with pytest.raises(CommandError, match="out of date"):
        call_command("writedocs", "settings", "--check")
    assert call_command("writedocs", "settings") == "Wrote docs/settings.md."
    call_command("writedocs", "settings", "--check")


def test_every_setting_is_listed_whatever_the_language() -> None:
    with translation.override("de"):
        text = settings_page()
    assert not [setting_id for setting_id in settings_by_id() if f"`{setting_id}`" not in text]
    assert text == settings_page()

"""The documentation page of the providers' answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from push.providers.apple.meanings import APPLE_MEANINGS
from push.providers.docs import answers_page
from push.providers.google.meanings import GOOGLE_MEANINGS


def test_the_committed_page_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("writedocs", "answers", check=True)
    assert capsys.readouterr().out == "docs/answers.md is up to date.\n"


def test_the_command_writes_the_page_and_tells_a_stale_one(tmp_path: Path, settings: Any) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    with pytest.raises(CommandError, match="out of date"):
        call_command("writedocs", "answers", check=True)
    call_command("writedocs", "answers")
    page = tmp_path / "docs" / "answers.md"
    assert page.read_text() == answers_page()
    page.write_text(page.read_text().replace("BadDeviceToken", "GoodDeviceToken"))
    with pytest.raises(CommandError, match="out of date"):
        call_command("writedocs", "answers", check=True)


def test_every_answer_has_its_row() -> None:
    rows = [line.split(" | ") for line in answers_page().splitlines() if line.startswith("| ")]
    documented = {(row[0].removeprefix("| "), row[1].strip("`"), row[2]) for row in rows if len(row) > 2}
    for meaning in (*APPLE_MEANINGS, *GOOGLE_MEANINGS):
        assert (str(meaning.status or ""), meaning.reason, meaning.answer.label.lower()) in documented


def test_the_page_is_english_whatever_the_language_in_force() -> None:
    with override("de"):
        assert "The app was removed from the device." in answers_page()

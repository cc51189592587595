"""The documentation page of the rules."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from push.rules.docs import rules_page
from push.rules.table import RULES


def test_the_committed_page_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("writedocs", "rules", check=True)
    assert capsys.readouterr().out == "docs/rules.md is up to date.\n"


def test_the_command_writes_the_page_and_tells_a_stale_one(tmp_path: Path, settings: Any) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    with pytest.raises(CommandError, match="out of date"):
        call_command("writedocs", "rules", check=True)
    call_command("writedocs", "rules")
    page = tmp_path / "docs" / "rules.md"
    assert page.read_text() == rules_page()
    page.write_text(page.read_text().replace("busy", "asleep"))
    with pytest.raises(CommandError, match="out of date"):
        call_command("writedocs", "rules", check=True)


def test_the_page_holds_every_rule_in_order() -> None:
    cells = [line.split(" | ") for line in rules_page().splitlines() if re.match(r"\| \d+ \|", line)]
    assert [row[1] for row in cells] == [f"`{rule.code}`" for rule in RULES]
    assert [row[4].removesuffix(" |") for row in cells] == [str(rule.sentence) for rule in RULES]


def test_the_page_is_english_whatever_the_language_in_force() -> None:
    with override("de"):
        assert "The member sent the message." in rules_page()

"""docs/operate/reasons.md."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command

from push.explain.documentation import reasons_page
from push.models import EndReason
from push.rules.table import RULES


def test_the_committed_page_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("writedocs", "operate/reasons", check=True)
    assert capsys.readouterr().out == "docs/operate/reasons.md is up to date.\n"


def test_every_reason_has_a_sentence_and_advice() -> None:
    rows = [line.strip("| ").split(" | ") for line in reasons_page().splitlines() if line.startswith("| `")]
    assert {re.sub("`", "", row[0]) for row in rows} >= {rule.code for rule in RULES if not rule.sends} | set(EndReason)
    assert all(len(row) == 3 and all(row) for row in rows)

"""Reason codes told to people."""

from __future__ import annotations

import pytest

from push.models import EndReason
from push.rules.table import RULES
from push.selectors.reasons import reason_sentence


@pytest.mark.parametrize("code", [*(rule.code for rule in RULES), *EndReason.values, "delay_never"])
def test_every_code_has_a_sentence(code: str) -> None:
    assert reason_sentence(code).endswith((".", ".)"))


def test_an_unknown_code_stands_for_itself() -> None:
    assert reason_sentence("of_an_older_version") == "of_an_older_version"

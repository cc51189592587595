"""Reason codes told to people."""

from __future__ import annotations

import pytest

from push.explain import personal_wording
from push.explain.delivery_outcomes import advice_of
from push.explain.reasons import end_sentence, reason_sentence
from push.models import TEST_RULE, EndReason, Notification
from push.rules.origins import Origin
from push.rules.table import RULES, RULES_BY_CODE


@pytest.mark.parametrize("code", [*(rule.code for rule in RULES), *EndReason.values, "delay_never", TEST_RULE])
def test_every_code_has_a_sentence(code: str) -> None:
    assert reason_sentence(code).endswith((".", ".)"))


def test_an_unknown_code_stands_for_itself() -> None:
    assert reason_sentence("of_an_older_version") == "of_an_older_version"


@pytest.mark.parametrize("code", sorted(set(RULES_BY_CODE) & set(EndReason.values)))
def test_a_code_that_a_rule_and_an_ending_share_tells_of_each_its_own(code: str) -> None:
    assert reason_sentence(code) == RULES_BY_CODE[code].sentence
    assert end_sentence(code) == EndReason(code).label
    assert end_sentence(code) != reason_sentence(code)


@pytest.mark.parametrize("code", [*(rule.code for rule in RULES), "delay_never", "not_member"])
def test_the_person_is_spoken_to_as_such_about_a_verdict(code: str) -> None:
    assert "the member" not in reason_sentence(code, to_self=True).lower()
    advice = personal_wording.ADVICE.get(code, RULES_BY_CODE[code].advice if code in RULES_BY_CODE else "")
    assert "the member" not in str(advice).lower()


@pytest.mark.parametrize("code", EndReason.values)
def test_the_person_is_spoken_to_as_such_about_an_ending(code: str) -> None:
    assert "the member" not in end_sentence(code, to_self=True).lower()
    assert "the member" not in advice_of(Notification(reason=code), to_self=True).lower()


@pytest.mark.parametrize("origin", Origin)
def test_the_person_is_spoken_to_as_such_about_where_values_come_from(origin: Origin) -> None:
    assert "the member" not in origin.own_label

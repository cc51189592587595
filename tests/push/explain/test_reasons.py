"""Sentences for reason codes."""

from __future__ import annotations

from push.explain import personal_wording
from push.explain.delivery_outcomes import advice_of
from push.explain.reasons import end_sentence, reason_sentence
from push.models import TEST_RULE, EndReason, Notification
from push.rules.origins import Origin
from push.rules.table import RULES, RULES_BY_CODE
from tests.cases import for_each


@for_each("code", [*(rule.code for rule in RULES), *EndReason.values, "delay_never", TEST_RULE])
def test_every_code_has_a_sentence(code: str) -> None:
    assert reason_sentence(code).endswith((".", ".)"))


def test_an_unknown_code_is_returned_unchanged() -> None:
    assert reason_sentence("of_an_older_version") == "of_an_older_version"


@for_each("code", sorted(set(RULES_BY_CODE) & set(EndReason.values)))
def test_a_code_shared_by_a_rule_and_an_end_reason_has_two_sentences(code: str) -> None:
    assert reason_sentence(code) == RULES_BY_CODE[code].sentence
    assert end_sentence(code) == EndReason(code).label
    assert end_sentence(code) != reason_sentence(code)


@for_each("code", [*(rule.code for rule in RULES), "delay_never", "not_member", "not_decided"])
def test_reasons_address_the_user_as_you(code: str) -> None:
    assert "the member" not in reason_sentence(code, to_self=True).lower()
    advice = personal_wording.ADVICE.get(code, RULES_BY_CODE[code].advice if code in RULES_BY_CODE else "")
    assert "the member" not in str(advice).lower()


@for_each("code", EndReason.values)
def test_end_reasons_address_the_user_as_you(code: str) -> None:
    assert "the member" not in end_sentence(code, to_self=True).lower()
    assert "the member" not in advice_of(Notification(reason=code), to_self=True).lower()


@for_each("origin", Origin)
def test_origins_address_the_user_as_you(origin: Origin) -> None:
    assert "the member" not in origin.own_label

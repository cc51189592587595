"""What adding a rule or a fact takes: each forgotten step fails here, and its message names the step.

docs/adding-a-rule.md is the guide.
"""

from __future__ import annotations

from dataclasses import MISSING, fields

from push.explain import personal_wording
from push.rules.facts import FACTS, STORED_FACTS, MessageFacts
from push.rules.members import MEMBER_VALUES
from push.rules.rule import Rule
from push.rules.table import RULES
from tests.cases import for_each
from tests.push import plain_rules
from tests.push.plain_rules import MEMBER_VALUES_READ, MESSAGE_FACTS_READ, MemberSituation, MessageSituation
from tests.push.rules.test_table import ROWS

GUIDE = "docs/adding-a-rule.md"
# The facts without which no message has been decided: if one is not stored, it is read from the message again.
REQUIRED = {"message_id", "room_id", "sender_id", "accepted_at", "members_count", "defaults"}


def facts_read_by(rule: Rule) -> set[str]:
    """Return the facts that the rule's condition names."""
    return set(rule.condition.__code__.co_names) & FACTS.keys()


READ_BY_RULES = set().union(*map(facts_read_by, RULES))


class TestFacts:
    @for_each("name", [one.name for one in fields(MessageFacts)])
    def test_it_has_a_default_for_messages_that_were_decided_before_it_existed(self, name: str) -> None:
        (found,) = [one for one in fields(MessageFacts) if one.name == name]
        has_default = found.default is not MISSING or found.default_factory is not MISSING
        assert has_default or name in REQUIRED, f"Give {name} a default: {GUIDE}, step 1."

    @for_each("name", sorted(READ_BY_RULES))
    def test_it_has_words_if_a_rule_reads_it(self, name: str) -> None:
        assert str(FACTS[name].label), f"A rule reads {name}, so explanations show it. Give it words: {GUIDE}, step 1."

    @for_each("name", STORED_FACTS)
    def test_it_is_read_from_the_database(self, name: str) -> None:
        fact = STORED_FACTS[name]
        assert fact.of_message or fact.of_workspace, f"Say how {name} is read: {GUIDE}, step 1."

    @for_each("name", sorted(READ_BY_RULES))
    def test_the_plain_reading_knows_it(self, name: str) -> None:
        assert name in MESSAGE_FACTS_READ, (
            f"Add {name} to MESSAGE_FACTS_READ, and a field for it to MessageSituation, in tests/push/plain_rules.py: "
            f"{GUIDE}, step 4."
        )

    def test_the_plain_reading_names_fields_that_it_has(self) -> None:
        assert set(MESSAGE_FACTS_READ.values()) <= set(MessageSituation.__dataclass_fields__)
        assert set(MEMBER_VALUES_READ.values()) <= set(MemberSituation.__dataclass_fields__)


class TestMemberValues:
    @for_each("name", [value.name for value in MEMBER_VALUES])
    def test_it_has_words(self, name: str) -> None:
        (value,) = [one for one in MEMBER_VALUES if one.name == name]
        assert str(value.label), f"Explanations show {name}. Give it words: {GUIDE}, step 1."

    @for_each("name", [value.name for value in MEMBER_VALUES])
    def test_the_plain_reading_knows_it(self, name: str) -> None:
        assert name in MEMBER_VALUES_READ, (
            f"Add {name} to MEMBER_VALUES_READ, and a field for it to MemberSituation, in tests/push/plain_rules.py: "
            f"{GUIDE}, step 4."
        )


@for_each("rule", RULES)
class TestRules:
    def test_it_says_when_it_applies(self, rule: Rule) -> None:
        assert str(rule.sentence), f"Say in a sentence when {rule.code} applies: {GUIDE}, step 2."

    def test_it_says_who_can_change_what(self, rule: Rule) -> None:
        assert rule.sends or rule.advice, f"Say who can change what about {rule.code} (`advice`): {GUIDE}, step 2."

    def test_it_speaks_to_the_person_whom_it_is_about(self, rule: Rule) -> None:
        is_about_member = "member" in str(rule.sentence).lower()
        speaks = rule.code in personal_wording.REASONS
        assert speaks or not is_about_member or rule.code in IMPERSONAL, (
            f"Say {rule.code} to the person themselves, in push/explain/personal_wording.py: {GUIDE}, step 3."
        )

    def test_the_plain_reading_returns_it(self, rule: Rule) -> None:
        assert rule.code in plain_rules.CODES, (
            f"Let the plain reading return {rule.code}, and add it to CODES, in tests/push/plain_rules.py: {GUIDE}, "
            "step 4."
        )

    def test_it_has_examples(self, rule: Rule) -> None:
        examples = {channel for row in ROWS if row.code == rule.code for channel in row.channels}
        assert examples == set(rule.channels), (
            f"Add rows for {rule.code} on {sorted(set(rule.channels) - examples)} to ROWS in "
            f"tests/push/rules/test_table.py: {GUIDE}, step 5."
        )


# Their sentences speak of members in general.
IMPERSONAL = {"room_too_large", "group_mention"}

"""The workspace's password policy, as one of Django's password validators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workspace.models import SignInSettings


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in force: its name and parameters in the API, its sentence, and whether a password breaks it."""

    name: str
    parameters: dict[str, int]
    sentence: str
    is_broken: bool


class PolicyValidator:
    """Checks new passwords if the policy is on (Settings > Sign-in and Profiles)."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError with a sentence for each rule that the password breaks."""
        problems = [
            ValidationError(rule.sentence, code=f"password_{rule.name}")
            for rule in policy_rules(password)
            if rule.is_broken
        ]
        if problems:
            raise ValidationError(problems)

    def get_help_text(self) -> str:
        return policy_help()


def policy_help() -> str:
    """Return the rules in force as text; empty if the policy is off."""
    return " ".join(rule.sentence for rule in policy_rules())


def policy_rules(password: str = "") -> Iterator[Rule]:
    """Yield the rules in force, applied to a password."""
    policy = SignInSettings.current()
    if not policy.policy:
        return
    if (shortest := policy.policy_min_length) > 0:
        sentence = ngettext("At least %(count)d character.", "At least %(count)d characters.", shortest)
        yield Rule("minLength", {"minLength": shortest}, sentence % {"count": shortest}, len(password) < shortest)
    if (longest := policy.policy_max_length) > 0:
        sentence = ngettext("At most %(count)d character.", "At most %(count)d characters.", longest)
        yield Rule("maxLength", {"maxLength": longest}, sentence % {"count": longest}, len(password) > longest)
    if policy.policy_no_repeating and (most := policy.policy_repeating_count) > 0:
        sentence = ngettext(
            "No character more than %(count)d time in a row.", "No character more than %(count)d times in a row.", most
        )
        parameters = {"forbidRepeatingCharactersCount": most}
        yield Rule(
            "forbidRepeatingCharactersCount", parameters, sentence % {"count": most}, longest_run(password) > most
        )
    contents = (
        (policy.policy_lowercase, "Lowercase", _("At least one lower-case letter."), str.islower),
        (policy.policy_uppercase, "Uppercase", _("At least one upper-case letter."), str.isupper),
        (policy.policy_number, "Number", _("At least one digit."), str.isdigit),
        (policy.policy_special, "SpecialCharacter", _("At least one symbol."), is_symbol),
    )
    for is_on, name, sentence, has_kind in contents:
        if is_on:
            yield Rule(f"mustContainAtLeastOne{name}", {}, sentence, not any(map(has_kind, password)))


def longest_run(password: str) -> int:
    """Return the length of the longest run of the same character."""
    longest = run = 0
    for position, character in enumerate(password):
        run = run + 1 if position and password[position - 1] == character else 1
        longest = max(longest, run)
    return longest


def is_symbol(character: str) -> bool:
    """Return True for a character that is neither a letter nor a digit nor white space."""
    return not character.isalnum() and not character.isspace()

"""Sentences for the reason codes of notifications and decisions."""

from __future__ import annotations

from django.utils.translation import gettext as _

from push.explain import personal_wording
from push.models import TEST_RULE, EndReason
from push.rules.delays import DELAY_NEVER
from push.rules.table import RULES_BY_CODE

# Used instead of a rule's code for a user who was not in the room.
NOT_MEMBER = "not_member"
# Used instead of a rule's code if the decision failed too often (:mod:`push.services.failed_decisions`).
NOT_DECIDED = "not_decided"


def reason_sentence(code: str, *, to_self: bool = False) -> str:
    """Return the sentence for a reason code that decisions count. An unknown code is returned unchanged.

    `to_self` addresses the user as "you".
    """
    if to_self and code in personal_wording.REASONS:
        return str(personal_wording.REASONS[code])
    if code in RULES_BY_CODE:
        return str(RULES_BY_CODE[code].sentence)
    if code in EndReason.values:
        return str(EndReason(code).label)
    if code == DELAY_NEVER:
        return _("Notifications are turned off for this connection state (NOTIFY_DELAY_ONLINE, _AWAY, _OFFLINE).")
    if code == TEST_RULE:
        return _("This is a test push.")
    if code == NOT_DECIDED:
        return _("The decision on this message failed several times. The error is in the worker's log.")
    if code == NOT_MEMBER:
        return _("They were not a member of the room at the time of the decision.")
    return code


def end_sentence(code: str, *, to_self: bool = False) -> str:
    """Return the sentence for why a notification ended.

    Some codes also belong to a rule, which then has another sentence: the rule describes the state at the time of the
    decision, this one the state at the time of sending. `to_self` addresses the user as "you".
    """
    if to_self and code in personal_wording.ENDINGS:
        return str(personal_wording.ENDINGS[code])
    return str(EndReason(code).label) if code in EndReason.values else reason_sentence(code)

"""What the reason codes of notifications and decisions mean to people."""

from __future__ import annotations

from django.utils.translation import gettext as _

from push.explain import personal_wording
from push.models import TEST_RULE, EndReason
from push.rules.delays import DELAY_NEVER
from push.rules.table import RULES_BY_CODE

# Stands in the place of a rule's code for somebody who was not in the room.
NOT_MEMBER = "not_member"


def reason_sentence(code: str, *, to_self: bool = False) -> str:
    """Return the sentence for the reason of a verdict, as decisions count it; an unknown code stands for itself.

    `to_self` says it to the person whom it is about.
    """
    if to_self and code in personal_wording.REASONS:
        return str(personal_wording.REASONS[code])
    if code in RULES_BY_CODE:
        return str(RULES_BY_CODE[code].sentence)
    if code in EndReason.values:
        return str(EndReason(code).label)
    if code == DELAY_NEVER:
        return _("Nothing is queued for members whose connection was such (NOTIFY_DELAY_ONLINE, _AWAY, _OFFLINE).")
    if code == TEST_RULE:
        return _("It is a test push.")
    if code == NOT_MEMBER:
        return _("They were no member of the room when it was decided.")
    return code


def end_sentence(code: str, *, to_self: bool = False) -> str:
    """Return the sentence for why a notification ended; where a rule has the same code, it means another moment.

    `to_self` says it to the person whom it is about.
    """
    if to_self and code in personal_wording.ENDINGS:
        return str(personal_wording.ENDINGS[code])
    return str(EndReason(code).label) if code in EndReason.values else reason_sentence(code)

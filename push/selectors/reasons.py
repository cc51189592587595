"""What the reason codes of notifications and decisions mean to people."""

from __future__ import annotations

from django.utils.translation import gettext as _

from push.models import EndReason
from push.rules.candidates import NOT_CALLED
from push.rules.table import RULES_BY_CODE
from push.services.due import DELAY_NEVER

# Stands in the place of a rule's code for somebody who was not in the room.
NOT_MEMBER = "not_member"


def reason_sentence(code: str) -> str:
    """Return the sentence for a rule's code, an end reason or a count's code; an unknown code stands for itself."""
    if code in RULES_BY_CODE:
        return str(RULES_BY_CODE[code].sentence)
    if code in EndReason.values:
        return str(EndReason(code).label)
    if code == DELAY_NEVER:
        return _("Nothing is queued for members whose connection was such (NOTIFY_DELAY_ONLINE, _AWAY, _OFFLINE).")
    if code == NOT_CALLED:
        return _("Nothing in the message calls for them. In so large a room, no other reason was looked for.")
    if code == NOT_MEMBER:
        return _("They were no member of the room when it was decided.")
    return code

"""Actions of administrators on queued notifications and failed decisions.

Each asks for confirmation and is logged in the row's history.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from push.models import WAITING, State
from push.sending.queue import item_cancel, item_retry, item_send_now
from push.services.failed_decisions import decision_retry
from workspace.admin.confirmation import ConfirmedAction

MAY_CHANGE = "push.change_notification"

QUEUE_ACTIONS = (
    ConfirmedAction(
        name="send_now",
        title=_("Send now"),
        question=_("It is sent immediately, together with everything else that is waiting for the same member."),
        permission=MAY_CHANGE,
        icon="send",
        applies=lambda item: item.current_state in WAITING,
        run=lambda _request, item: item_send_now(notification=item),
    ),
    ConfirmedAction(
        name="cancel",
        # Not "Cancel", which is the button that closes the confirmation dialog.
        title=_("Do not send"),
        question=_("It will not be sent. It remains in the list as cancelled."),
        permission=MAY_CHANGE,
        icon="cancel",
        is_dangerous=True,
        applies=lambda item: item.current_state in WAITING,
        run=lambda _request, item: item_cancel(notification=item),
    ),
    ConfirmedAction(
        name="retry",
        title=_("Retry"),
        question=_("It goes back into the queue and is sent if the cause of the failure is gone."),
        permission=MAY_CHANGE,
        icon="replay",
        applies=lambda item: item.state in (State.FAILED, State.DROPPED),
        run=lambda _request, item: item_retry(notification=item),
    ),
)

DECISION_ACTIONS = (
    ConfirmedAction(
        name="retry",
        title=_("Retry"),
        question=_("It is decided again, with the current settings. Nobody is notified twice."),
        permission=MAY_CHANGE,
        icon="replay",
        applies=lambda decision: decision.is_failing,
        run=lambda _request, decision: decision_retry(decision=decision),
    ),
)

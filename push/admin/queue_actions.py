"""What an administrator may do to an item of the queue: each asked first, and noted in the item's history."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from push.models import WAITING, State
from push.sending.queue import item_cancel, item_retry, item_send_now
from workspace.admin.confirmation import ConfirmedAction

MAY_CHANGE = "push.change_notification"

QUEUE_ACTIONS = (
    ConfirmedAction(
        name="send_now",
        title=_("Send now"),
        question=_("It is sent at once, with everything else that waits for the same member."),
        permission=MAY_CHANGE,
        icon="send",
        applies=lambda item: item.current_state in WAITING,
        run=lambda _request, item: item_send_now(notification=item),
    ),
    ConfirmedAction(
        name="cancel",
        # Not "Cancel": so the button that closes the question is called.
        title=_("Do not send"),
        question=_("It is cancelled: it is not sent, and kept with that reason."),
        permission=MAY_CHANGE,
        icon="cancel",
        is_dangerous=True,
        applies=lambda item: item.current_state in WAITING,
        run=lambda _request, item: item_cancel(notification=item),
    ),
    ConfirmedAction(
        name="retry",
        title=_("Retry"),
        question=_("It goes back into the queue and is tried once more, unless what stood in its way still does."),
        permission=MAY_CHANGE,
        icon="replay",
        applies=lambda item: item.state in (State.FAILED, State.DROPPED),
        run=lambda _request, item: item_retry(notification=item),
    ),
)

"""What explanations say to the very person whom they are about; where nothing stands here, the words for all do.

The words for all are declared with the rules (push/rules/table.py) and the endings (push/models/reasons.py).
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from push.models import EndReason, HeldBy

Words = dict[str, str | Promise]

REASONS: Words = {
    "own_message": _("You sent the message."),
    "room_notifications_disabled": _("You turned off all alerts of this room."),
    "sender_ignored": _("You ignore the sender in this room."),
    "group_mentions_muted": _("You muted @all and @here in this room, and the message does not mention you otherwise."),
    "user_inactive": _("Your account was deactivated."),
    "busy": _("Your status was Busy."),
    "no_client": _("No client of yours was connected."),
    "no_device": _("No device of yours was registered."),
    "no_email": _("You had no verified e-mail address."),
    "thread_not_followed": _(
        "The message stands in a thread that you do not follow. (By desktop and e-mail, one with a highlight word of "
        "yours is sent all the same.)"
    ),
    "room_nothing": _("You chose Nothing for this room."),
    "account_nothing": _("You chose Nothing for your whole account, and nothing else for this room."),
    "default_nothing": _("The workspace's default is Nothing, and you chose nothing else."),
    "direct_messages_forbidden": _("Your roles do not let you view direct messages."),
    "mentioned": _("The message mentions you, or answers in a thread that you follow."),
    "highlight": _("The message holds one of your highlight words."),
    "room_all": _("You chose All messages for this room."),
    "account_all": _("You chose All messages for your whole account, and nothing else for this room."),
    "default_all": _("The workspace's default is All messages, and you chose nothing else."),
    "not_mentioned": _("Nothing in the message calls for you."),
    "not_member": _("You were no member of the room when it was decided."),
}

ADVICE: Words = {
    "room_notifications_disabled": _("You can turn “Receive alerts” on again in the room's notification preferences."),
    "sender_ignored": _("You can stop ignoring the sender in this room."),
    "group_mentions_muted": _(
        "You can undo it in the room's notification preferences. A mention by name reaches you anyway."
    ),
    "busy": _(
        "You can pick another status. An administrator can let Busy silence desktop notifications only: Settings > "
        "General > Busy silences."
    ),
    "no_device": _(
        "You can sign in to the mobile app and allow its notifications, or turn on those of a browser under Devices."
    ),
    "no_email": _("You can verify an e-mail address of your account."),
    "thread_not_followed": _("You can follow the thread. A mention by name, or a reply of your own, does so, too."),
    "room_nothing": _("You can choose another level in the room's notification preferences."),
    "account_nothing": _("You can choose another level for your account, or one of its own for this room."),
    "default_nothing": _(
        "You can choose a level for your account or for this room. An administrator can change the default: Settings > "
        "Accounts > Default User Preferences."
    ),
    "direct_messages_forbidden": _(
        "An administrator can give one of your roles the permission to view direct messages."
    ),
    "room_too_large": _(
        "You can choose All messages for this room. An administrator can raise the limit: Settings > General > Max "
        "room members before disabling all message notifications."
    ),
    "not_mentioned": _(
        "You can choose All messages for this room or for your account, or add a highlight word. A mention by name "
        "reaches you anyway."
    ),
    "not_member": _("You can join the room if it is a channel. Whoever is in it can add you."),
}

ENDINGS: Words = {
    EndReason.CLEARED_BY_READ: _("You read the room first."),
    EndReason.ACCESS_LOST: _("You left the room, or may not read it any more."),
    EndReason.CONNECTED: _("You were online."),
    EndReason.USER_INACTIVE: _("Your account was deactivated."),
    EndReason.NO_DEVICE: _("No device of yours was left."),
    EndReason.NO_EMAIL: _("You had no verified address left."),
    EndReason.ADDRESS_SUPPRESSED: _("Your mail server refused several e-mails; your address must be confirmed again."),
}

ENDING_ADVICE: Words = {
    EndReason.ACCESS_LOST: _("Somebody in the room can let you in again."),
    EndReason.CONNECTED: _(
        "You can turn on “Always display mobile notifications” in your account's preferences. E-mails are not sent to "
        "people who are online."
    ),
    EndReason.NO_DEVICE: _("You can sign in to the mobile app again: it then registers the device."),
    EndReason.NO_EMAIL: _("You can verify an e-mail address of your account."),
    EndReason.ADDRESS_SUPPRESSED: _("You can have the link sent again on your profile, once the address works."),
    EndReason.TOKEN_DEAD: _(
        "The app was removed, or its notifications were forbidden. You can sign in to the mobile app again."
    ),
}

HELD_BY: Words = {HeldBy.OWN: _("your own quiet hours"), HeldBy.PAUSE: _("your pause")}

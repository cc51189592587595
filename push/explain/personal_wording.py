"""Sentences of explanations that address the user as "you". Codes without an entry here use the general sentence.

The general sentences are declared with the rules (push/rules/table.py) and the end reasons (push/models/reasons.py).
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from push.models import EndReason, HeldBy

Words = dict[str, str | Promise]

REASONS: Words = {
    "own_message": _("You sent the message."),
    "room_notifications_disabled": _("You turned off all alerts for this room."),
    "sender_ignored": _("You ignore the sender in this room."),
    "group_mentions_muted": _(
        "You muted @all and @here in this room, and the message does not mention you in any other way."
    ),
    "user_inactive": _("Your account was deactivated."),
    "busy": _("Your status was Busy."),
    "no_client": _("You had no connected client."),
    "no_device": _("You had no registered device."),
    "no_email": _("You had no verified e-mail address."),
    "thread_not_followed": _(
        "The message is in a thread that you do not follow. (Desktop and e-mail notifications are still sent if it "
        "contains one of your highlight words.)"
    ),
    "room_nothing": _("You chose Nothing for this room."),
    "account_nothing": _("You chose Nothing for your account and set nothing different for this room."),
    "default_nothing": _("The workspace's default is Nothing, and you did not change it."),
    "direct_messages_forbidden": _("Your roles do not allow you to view direct messages."),
    "mentioned": _("The message mentions you or is a reply in a thread that you follow."),
    "highlight": _("The message contains one of your highlight words."),
    "room_all": _("You chose All messages for this room."),
    "account_all": _("You chose All messages for your account and set nothing different for this room."),
    "default_all": _("The workspace's default is All messages, and you did not change it."),
    "not_mentioned": _("The message does not mention you."),
    "not_member": _("You were not a member of the room at the time of the decision."),
    "not_decided": _("An error prevented the decision on this message several times, so nobody was notified."),
}

ADVICE: Words = {
    "room_notifications_disabled": _("You can turn “Receive alerts” on again in the room's notification preferences."),
    "sender_ignored": _("You can stop ignoring the sender in this room."),
    "group_mentions_muted": _(
        "You can undo this in the room's notification preferences. Mentions by name still notify you."
    ),
    "busy": _(
        "You can choose another status. An administrator can limit Busy to desktop notifications: Settings > General > "
        "Busy silences."
    ),
    "no_device": _(
        "You can sign in to the mobile app and allow notifications, or turn on browser notifications under Devices."
    ),
    "no_email": _("You can verify an e-mail address of your account."),
    "thread_not_followed": _("You can follow the thread. You also follow it if you reply or are mentioned by name."),
    "room_nothing": _("You can choose another level in the room's notification preferences."),
    "account_nothing": _("You can choose another level for your account or a separate one for this room."),
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
        "You can choose All messages for this room or for your account, or add a highlight word. By default, "
        "mentions by name notify you."
    ),
    "not_member": _("You can join the room if it is a channel. Members of the room can add you."),
    "not_decided": _("An administrator can retry it."),
}

ENDINGS: Words = {
    EndReason.CLEARED_BY_READ: _("You read the room first."),
    EndReason.ACCESS_LOST: _("You left the room or can no longer read it."),
    EndReason.CONNECTED: _("You were online."),
    EndReason.USER_INACTIVE: _("Your account was deactivated."),
    EndReason.NO_DEVICE: _("You had no device left."),
    EndReason.NO_EMAIL: _("You no longer had a verified e-mail address."),
    EndReason.ADDRESS_SUPPRESSED: _("Your mail server refused several e-mails. Please verify your address again."),
}

ENDING_ADVICE: Words = {
    EndReason.ACCESS_LOST: _("A member of the room can add you again."),
    EndReason.CONNECTED: _(
        "You can turn on “Always display mobile notifications” in your account's preferences. E-mails are not sent to "
        "people who are online."
    ),
    EndReason.NO_DEVICE: _("You can sign in to the mobile app again: it then registers the device."),
    EndReason.NO_EMAIL: _("You can verify an e-mail address of your account."),
    EndReason.ADDRESS_SUPPRESSED: _("Once the address works, you can request a new link on your profile."),
    EndReason.TOKEN_DEAD: _(
        "The app was removed or its notifications were blocked. You can sign in to the mobile app again."
    ),
}

HELD_BY: Words = {HeldBy.OWN: _("your quiet hours"), HeldBy.PAUSE: _("your pause")}

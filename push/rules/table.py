"""The decision table: who is notified of a message, on which channel, or why not.

The rules are evaluated in this order; the first whose condition is true decides. To add a rule, add it here: the query
for a whole room, the explanation for one member, the counters and docs/rules.md are all generated from this list.
Conditions can use the member values in :data:`push.rules.members.MEMBER_VALUES`.
"""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from preferences.models import Level
from push.models import Channel
from push.rules.rule import Rule, send, silence
from workspace.models import Connection, Status

DESKTOP, PUSH, EMAIL = Channel.DESKTOP, Channel.PUSH, Channel.EMAIL

MENTIONED = Q(is_named=True) | Q(follows_thread=True)
HIGHLIGHTED = Q(is_highlighted=True)


def in_room(level: str, channel: Channel) -> Q:
    """Return the condition that the member chose this level for the room. An empty level means no choice."""
    return Q(**{f"room_{channel}": level})


def in_account(level: str, channel: Channel) -> Q:
    """Return the condition that the member's account has this level, and they chose no level for the room."""
    return in_room("", channel) & Q(**{f"account_{channel}": level})


RULES: tuple[Rule, ...] = (
    silence(
        "edited",
        _("An older message was edited."),
        lambda message, _channel: message.is_edit,
        advice=_("Nothing needs to change: edits notify nobody. To notify people, mention them in a new message."),
    ),
    silence(
        "system_message",
        _("It is a system message (someone joined, left or changed the topic)."),
        lambda message, _channel: message.is_system,
        advice=_("Nothing needs to change: system messages notify nobody."),
    ),
    silence(
        "imported",
        _("The message was imported: its own time and its arrival are more than 60 seconds apart."),
        lambda message, _channel: message.is_imported,
        advice=_("Nothing needs to change, unless the clock of the system that posted the message is wrong."),
    ),
    silence(
        "push_disabled",
        _("Push notifications are turned off for the whole workspace (Push > Enable)."),
        lambda message, _channel: not message.push_enabled,
        channels=(PUSH,),
        advice=_("An administrator can turn push notifications on: Settings > Push > Enable."),
    ),
    silence(
        "email_disabled",
        _("E-mail notifications are turned off for the whole workspace (Accounts > Allow e-mail notifications)."),
        lambda message, _channel: not message.email_enabled,
        channels=(EMAIL,),
        advice=_("An administrator can allow e-mail notifications: Settings > Accounts."),
    ),
    silence(
        "own_message",
        _("The member sent the message."),
        lambda _message, _channel: Q(is_sender=True),
        advice=_("Nothing needs to change: nobody is notified of their own messages."),
    ),
    silence(
        "room_notifications_disabled",
        _("The member turned off all alerts for this room."),
        lambda _message, _channel: Q(alerts_off=True),
        advice=_("The member can turn “Receive alerts” on again in the room's notification preferences."),
    ),
    silence(
        "sender_ignored",
        _("The member ignores the sender in this room."),
        lambda _message, _channel: Q(ignores_sender=True),
        advice=_("The member can stop ignoring the sender in this room."),
    ),
    silence(
        "group_mentions_muted",
        _("The member muted @all and @here in this room, and the message does not mention them in any other way."),
        lambda message, _channel: (
            (message.calls_all or message.calls_here) and Q(group_mentions_muted=True) & ~MENTIONED
        ),
        advice=_(
            "The member can undo this in the room's notification preferences. Mentions by name still notify them."
        ),
    ),
    silence(
        "user_inactive",
        _("The member's account is deactivated."),
        lambda _message, _channel: Q(account_active=False),
        advice=_("An administrator can activate the account on the person's page."),
    ),
    silence(
        "busy",
        _("The member's status was Busy."),
        lambda message, channel: (channel == DESKTOP or message.busy_silences_push) and Q(status=Status.BUSY),
        channels=(DESKTOP, PUSH),
        advice=_(
            "The member can choose another status. An administrator can limit Busy to desktop notifications: "
            "Settings > General > Busy silences."
        ),
    ),
    silence(
        "no_client",
        _("The member had no connected client."),
        lambda _message, _channel: Q(connection=Connection.OFFLINE),
        channels=(DESKTOP,),
        advice=_("Nothing needs to change: desktop notifications are shown only while a client is open."),
    ),
    silence(
        "no_device",
        _("The member had no registered device."),
        lambda _message, _channel: Q(has_device=False),
        channels=(PUSH,),
        advice=_(
            "The member can sign in to the mobile app and allow notifications. The app then registers the device."
        ),
    ),
    silence(
        "no_email",
        _("The member had no verified e-mail address."),
        lambda _message, _channel: Q(has_email=False),
        channels=(EMAIL,),
        advice=_("The member can verify an e-mail address of their account."),
    ),
    silence(
        "thread_not_followed",
        _(
            "The message is in a thread that the member does not follow. (Desktop and e-mail notifications are still "
            "sent if it contains one of their highlight words.)"
        ),
        lambda message, channel: (
            message.is_thread_reply and Q(follows_thread=False) & (Q() if channel == PUSH else ~HIGHLIGHTED)
        ),
        advice=_("The member can follow the thread. They also follow it if they reply or are mentioned by name."),
    ),
    silence(
        "room_nothing",
        _("The member chose Nothing for this room."),
        lambda _message, channel: in_room(Level.NOTHING, channel),
        advice=_("The member can choose another level in the room's notification preferences."),
    ),
    silence(
        "account_nothing",
        _("The member chose Nothing for their account and set nothing different for this room."),
        lambda _message, channel: in_account(Level.NOTHING, channel),
        advice=_("The member can choose another level for their account or a separate one for this room."),
    ),
    silence(
        "default_nothing",
        _("The workspace's default is Nothing, and the member did not change it."),
        lambda message, channel: message.defaults[channel] == Level.NOTHING and in_account("", channel),
        advice=_(
            "The member can choose a level for their account or for this room. An administrator can change the "
            "default: Settings > Accounts > Default User Preferences."
        ),
    ),
    silence(
        "direct_messages_forbidden",
        _("The member's roles do not allow them to view direct messages."),
        lambda message, _channel: message.is_direct and Q(views_direct_messages=False),
        advice=_("An administrator can give one of the member's roles the permission to view direct messages."),
    ),
    send("direct_message", _("It is a direct message."), lambda message, _channel: message.is_direct),
    send(
        "mentioned",
        _("The message mentions the member or is a reply in a thread that they follow."),
        lambda _message, _channel: MENTIONED,
    ),
    send(
        "highlight",
        _("The message contains one of the member's highlight words."),
        lambda _message, _channel: HIGHLIGHTED,
    ),
    send(
        "room_all",
        _("The member chose All messages for this room."),
        lambda _message, channel: in_room(Level.ALL, channel),
    ),
    silence(
        "room_too_large",
        _("The room is larger than the limit for notifications of all messages (General > Notifications)."),
        lambda message, _channel: message.is_room_too_large,
        advice=_(
            "The member can choose All messages for this room. An administrator can raise the limit: Settings > "
            "General > Max room members before disabling all message notifications."
        ),
    ),
    send(
        "account_all",
        _("The member chose All messages for their account and set nothing different for this room."),
        lambda _message, channel: in_account(Level.ALL, channel),
    ),
    send(
        "default_all",
        _("The workspace's default is All messages, and the member did not change it."),
        lambda message, channel: message.defaults[channel] == Level.ALL and in_account("", channel),
    ),
    send(
        "group_mention",
        _("The message mentions @all, or it mentions @here (desktop notifications to members who were online)."),
        lambda message, channel: (
            message.calls_all or (message.calls_here and channel == DESKTOP and Q(connection=Connection.ONLINE))
        ),
    ),
    silence(
        "not_mentioned",
        _("The message does not mention this member, and their preference is “Mentions”."),
        lambda _message, _channel: True,
        advice=_(
            "The member can choose All messages for this room or for their account, or add a highlight word. By "
            "default, mentions by name notify them. @here is shown only on the desktop of members who are online."
        ),
    ),
)

RULES_BY_CODE = {rule.code: rule for rule in RULES}

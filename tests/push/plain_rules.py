"""An independent implementation of the decision table, written from its documentation, for comparison."""

from __future__ import annotations

from dataclasses import dataclass, field

# What the table's facts and members' values are called here; `tests/push/rules/test_declarations.py` tells what is
# missing.
MESSAGE_FACTS_READ = {
    "is_edit": "event",
    "is_system": "type",
    "is_imported": "sent_seconds_before",
    "is_direct": "direct",
    "is_thread_reply": "thread",
    "calls_all": "calls_all",
    "calls_here": "calls_here",
    "is_room_too_large": "max_room_members",
    "push_enabled": "push_enabled",
    "email_enabled": "email_enabled",
    "busy_silences_push": "busy_silences",
    "defaults": "defaults",
}
MEMBER_VALUES_READ = {
    "is_sender": "is_sender",
    "alerts_off": "alerts_off",
    "ignores_sender": "ignores_sender",
    "group_mentions_muted": "mutes_groups",
    "account_active": "active",
    "status": "status",
    "connection": "connection",
    "has_device": "device",
    "has_email": "email",
    "follows_thread": "follows_thread",
    **{f"{level}_{channel}": level for level in ("room", "account") for channel in ("desktop", "push", "email")},
    "views_direct_messages": "views_direct",
    "is_named": "mentioned_by_name",
    "is_highlighted": "has_highlight",
}


@dataclass(frozen=True)
class MemberSituation:
    """All values of a member that the table uses; levels by channel, empty for "default"."""

    room: dict[str, str] = field(default_factory=dict)
    account: dict[str, str] = field(default_factory=dict)
    is_sender: bool = False
    alerts_off: bool = False
    ignores_sender: bool = False
    mutes_groups: bool = False
    active: bool = True
    status: str = "online"
    connection: str = "online"
    # What presence has become between the message's acceptance and the decision, oldest first: pairs of connection and
    # status. No rule may read any of it.
    later: tuple[tuple[str, str], ...] = ()
    device: str = "enabled"  # none, disabled
    email: str = "verified"  # none, unverified
    mentioned_by_name: bool = False
    follows_thread: bool = False
    has_highlight: bool = False
    views_direct: str = "by role"  # no, by permission, superuser


@dataclass(frozen=True)
class MessageSituation:
    """All values of the message and the workspace that the table uses."""

    event: str = "posted"
    type: str = ""
    sent_seconds_before: int = 0
    direct: bool = False
    thread: str = "none"  # hidden, shown
    calls_all: bool = False
    calls_here: bool = False
    max_room_members: int = 0
    push_enabled: bool = True
    email_enabled: bool = True
    busy_silences: str = "desktop_and_push"
    defaults: dict[str, str] = field(default_factory=lambda: {"desktop": "all", "push": "all", "email": "mentions"})


def code_of_message(message: MessageSituation, channel: str) -> str | None:
    """Rows 1 to 4."""
    if message.event == "edited":
        return "edited"
    if message.type not in ("", "e2e"):
        return "system_message"
    if abs(message.sent_seconds_before) > 60:
        return "imported"
    if channel == "push" and not message.push_enabled:
        return "push_disabled"
    if channel == "email" and not message.email_enabled:
        return "email_disabled"
    return None


def is_mentioned(message: MessageSituation, member: MemberSituation) -> bool:
    return member.mentioned_by_name or (message.thread != "none" and member.follows_thread)


def code_of_member(message: MessageSituation, member: MemberSituation, channel: str) -> str | None:
    """Rows 5 to 10, and 11 to 13."""
    if member.is_sender:
        return "own_message"
    if member.alerts_off:
        return "room_notifications_disabled"
    if member.ignores_sender:
        return "sender_ignored"
    if member.mutes_groups and (message.calls_all or message.calls_here) and not is_mentioned(message, member):
        return "group_mentions_muted"
    if not member.active:
        return "user_inactive"
    if member.status == "busy" and channel in {"desktop", "push" if "push" in message.busy_silences else ""}:
        return "busy"
    return code_of_reach(member, channel)


def code_of_reach(member: MemberSituation, channel: str) -> str | None:
    """Rows 11 to 13."""
    if channel == "desktop" and member.connection == "offline":
        return "no_client"
    if channel == "push" and member.device != "enabled":
        return "no_device"
    if channel == "email" and member.email != "verified":
        return "no_email"
    return None


def code_of_level(message: MessageSituation, member: MemberSituation, channel: str) -> str | None:
    """Rows 14 to 17."""
    level, origin = effective_level(message, member, channel)
    has_way_in = member.follows_thread or (channel != "push" and member.has_highlight)
    if message.thread == "hidden" and not has_way_in:
        return "thread_not_followed"
    return f"{origin}_nothing" if level == "nothing" else None


def effective_level(message: MessageSituation, member: MemberSituation, channel: str) -> tuple[str, str]:
    """Return the effective preference and its origin."""
    if member.room.get(channel):
        return member.room[channel], "room"
    if member.account.get(channel):
        return member.account[channel], "account"
    return message.defaults[channel], "default"


def code_of_call(message: MessageSituation, member: MemberSituation, channel: str) -> str | None:
    """Rows 18 to 21."""
    if message.direct:
        return "direct_messages_forbidden" if member.views_direct == "no" else "direct_message"
    if is_mentioned(message, member):
        return "mentioned"
    return "highlight" if member.has_highlight else None


def code_of_rest(message: MessageSituation, member: MemberSituation, channel: str, members: int) -> str:
    """Rows 22 to 27."""
    level, origin = effective_level(message, member, channel)
    if level == "all" and origin == "room":
        return "room_all"
    if message.max_room_members != 0 and members > message.max_room_members:
        return "room_too_large"
    if level == "all":
        return f"{origin}_all"
    reaches_here = channel == "desktop" and member.connection == "online"
    if message.calls_all or (message.calls_here and reaches_here):
        return "group_mention"
    return "not_mentioned"


def code_of(message: MessageSituation, member: MemberSituation, channel: str, members: int) -> str:
    """Return the code of the rule that decides, in a room of this many members."""
    return (
        code_of_message(message, channel)
        or code_of_member(message, member, channel)
        or code_of_level(message, member, channel)
        or code_of_call(message, member, channel)
        or code_of_rest(message, member, channel, members)
    )


def due_after(member: MemberSituation, delays: dict[str, int], away_seconds: int) -> int:
    """Return how many seconds after the acceptance a queued item is due."""
    delay = delays[member.connection]
    return max(0, delay - away_seconds) if member.connection == "away" else delay


SENDING_CODES = {
    "direct_message", "mentioned", "highlight", "room_all", "account_all", "default_all", "group_mention",
}  # fmt: skip
SILENT_CODES = {
    "edited", "system_message", "imported", "push_disabled", "email_disabled", "own_message",
    "room_notifications_disabled", "sender_ignored", "group_mentions_muted", "user_inactive", "busy", "no_client",
    "no_device", "no_email", "thread_not_followed", "room_nothing", "account_nothing", "default_nothing",
    "direct_messages_forbidden", "room_too_large", "not_mentioned",
}  # fmt: skip
CODES = SENDING_CODES | SILENT_CODES


def sends(code: str) -> bool:
    """Return True if the rule with this code sends a notification."""
    return code in SENDING_CODES

"""Explains why a user was or was not notified of a message, from the data as it was at the time of the decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from push.explain import personal_wording
from push.explain.delivery_outcomes import advice_of, edits_of, notification_history
from push.explain.forecast import push_forecast
from push.explain.reasons import NOT_DECIDED, NOT_MEMBER, end_sentence, reason_sentence
from push.explain.situations import Situation, situation_of, with_changes
from push.explain.structure import (
    Basis,
    ChannelExplanation,
    ExplainedStep,
    Explanation,
    HistoryEntry,
    Preference,
    StepResult,
)
from push.models import Channel, Decision, EndReason, Event, Notification, State
from push.rules.delays import DELAY_NEVER
from push.rules.labels import level_shown, read_value
from push.rules.origins import Origin
from push.rules.reading import rules_of
from push.rules.rule import CHANNELS
from push.rules.table import RULES, RULES_BY_CODE
from push.rules.tracing import Step, trace_of
from workspace.models import Message, RetentionSettings, User

NUMBERS = {rule.code: number for number, rule in enumerate(RULES, start=1)}


def explanation_of(
    *,
    message: Message,
    user: User,
    channels: Iterable[Channel] = CHANNELS,
    changes: Mapping[str, Any] | None = None,
    to_self: bool = False,
) -> Explanation:
    """Return why the user was or was not notified of the message, from the data at the time of the decision.

    `changes` asks "what if": other values by name, for the member (:data:`push.rules.members.MEMBER_VALUES`), for the
    message's facts, or for a workspace default (`default_push`). Nothing is written. `to_self` addresses the user as
    "you".
    """
    decision = Decision.objects.filter(message=message, event=Event.POSTED).first()
    situation = situation_of(message, user, decision, to_self=to_self)
    if changes:
        situation = with_changes(situation, changes)
    stored = Notification.objects.filter(message=message, user=user)
    notifications = {} if changes else {notification.channel: notification for notification in stored}
    return Explanation(
        message=message,
        user=user,
        decided_at=decision.decided_at if decision else None,
        channels=tuple(channel_explanation(situation, channel, notifications.get(channel)) for channel in channels),
        edits=() if changes else edits_of(message),
        to_self=to_self,
    )


def channel_explanation(
    situation: Situation, channel: Channel, notification: Notification | None
) -> ChannelExplanation:
    """Return the explanation for one channel. A stored record takes precedence over a reconstruction."""
    counts = situation.counts.get(channel, {})
    if EndReason.MESSAGE_GONE in counts:
        return explanation_without_rules(situation, channel, EndReason.MESSAGE_GONE.value, Basis.RECORDED)
    if situation.is_given_up and notification is None:
        return explanation_without_rules(situation, channel, NOT_DECIDED, Basis.RECORDED)
    if not situation.is_member and notification is None:
        return explanation_without_rules(situation, channel, NOT_MEMBER, situation.basis)
    trace = trace_of(situation.facts, situation.values, channel)
    reconstructed = reason_code(trace, situation, channel)
    code = notification.rule if notification else reconstructed
    sends = rule_sends(code)
    is_recorded = situation.basis == Basis.RECONSTRUCTED and (notification is not None or list(counts) == [code])
    return ChannelExplanation(
        channel=channel,
        code=code,
        sends=sends,
        sentence=reason_sentence(code, to_self=situation.to_self),
        basis=Basis.RECORDED if is_recorded else situation.basis,
        steps=steps_of(situation, channel, trace),
        preference=preference_of(situation, channel),
        remarks=tuple(remarks_of(situation, channel, reconstructed, notification)),
        history=channel_history(situation, channel, code, notification),
        advice=advice_for(code, notification, to_self=situation.to_self),
        state=notification.current_state if notification else "",
        end_code=(end_code := end_code_of(notification)),
        end_sentence=end_sentence(end_code, to_self=situation.to_self),
    )


def end_code_of(notification: Notification | None) -> str:
    """Return why a notification ended unsent or is paused; empty if it was sent or only waits for its due time."""
    return notification.reason if notification is not None and notification.state != State.SENT else ""


def rule_sends(code: str) -> bool:
    """Return True if the code belongs to a rule that sends a notification."""
    return code in RULES_BY_CODE and RULES_BY_CODE[code].sends


def explanation_without_rules(situation: Situation, channel: Channel, code: str, basis: Basis) -> ChannelExplanation:
    """Return the explanation for a user for whom no rules were evaluated."""
    return ChannelExplanation(
        channel=channel,
        code=code,
        sends=False,
        sentence=reason_sentence(code, to_self=situation.to_self),
        basis=basis,
        advice=advice_for(code, None, to_self=situation.to_self),
    )


def reason_code(trace: tuple[Step, ...], situation: Situation, channel: Channel) -> str:
    """Return the code of the rule that decided, or DELAY_NEVER if nothing is queued for this connection state."""
    rule = trace[-1].rule
    is_never_queued = (
        rule.sends and channel != Channel.DESKTOP and situation.values["connection"] in situation.never_queued
    )
    return DELAY_NEVER if is_never_queued else rule.code


def steps_of(situation: Situation, channel: Channel, trace: tuple[Step, ...]) -> tuple[ExplainedStep, ...]:
    """Return all rules of the channel: those that were evaluated, and those after the one that decided."""
    evaluated = [
        ExplainedStep(
            number=NUMBERS[step.rule.code],
            code=step.rule.code,
            sentence=reason_sentence(step.rule.code, to_self=situation.to_self),
            sends=step.rule.sends,
            result=StepResult.DECIDED if step.held else StepResult.PASSED,
            values=tuple(
                value
                for name in step.read
                if (value := read_value(name, situation.facts, situation.values, channel, situation.changed))
            ),
        )
        for step in trace
    ]
    rest = [
        ExplainedStep(
            number=NUMBERS[rule.code],
            code=rule.code,
            sentence=reason_sentence(rule.code, to_self=situation.to_self),
            sends=rule.sends,
            result=StepResult.UNREAD,
        )
        for rule in rules_of(channel)[len(trace) :]
    ]
    return (*evaluated, *rest)


def preference_of(situation: Situation, channel: Channel) -> Preference:
    """Return the preference in effect: the room's, else the account's, else the workspace's default."""
    for level, origin in ((f"room_{channel}", Origin.ROOM), (f"account_{channel}", Origin.ACCOUNT)):
        if chosen := situation.values[level]:
            return Preference(chosen, level_shown(chosen), origin)
    default = situation.facts.defaults[channel]
    return Preference(default, level_shown(default), Origin.WORKSPACE)


def remarks_of(
    situation: Situation, channel: Channel, reconstructed: str, notification: Notification | None
) -> Iterable[str]:
    """Yield what is uncertain: the history was pruned, or the stored record contradicts the reconstruction."""
    if situation.basis not in (Basis.RECONSTRUCTED, Basis.TODAY):
        return
    if situation.read_at < RetentionSettings.begin("notification"):
        yield _("The decision is older than the stored history of changes, so the values shown may have changed since.")
    counts = situation.counts.get(channel, {})
    if notification is not None and notification.rule != reconstructed:
        yield _("The stored reason is %(stored)s, but today's data for that time leads to %(current)s.") % {
            "stored": notification.rule,
            "current": reconstructed,
        }
    elif notification is None and counts and reconstructed not in counts:
        yield _(
            "No member was counted under this reason, so something changed later that is not in the stored history."
        )
    elif notification is None and channel != Channel.DESKTOP and rule_sends(reconstructed):
        yield _(
            "No notification is stored: it was deleted, or something changed later that is not in the stored history."
        )


def channel_history(
    situation: Situation, channel: Channel, code: str, notification: Notification | None
) -> tuple[HistoryEntry, ...]:
    """Return what happened after the decision, or what would happen."""
    if notification is not None:
        return notification_history(notification, to_self=situation.to_self)
    if not rule_sends(code):
        return ()
    if channel == Channel.PUSH and situation.basis in (Basis.PREVIEW, Basis.WHAT_IF):
        return push_forecast(
            facts=situation.facts,
            user=situation.user,
            connection=situation.values["connection"],
            code=code,
            to_self=situation.to_self,
        )
    if channel == Channel.DESKTOP and situation.basis in (Basis.RECORDED, Basis.RECONSTRUCTED):
        return (
            HistoryEntry(
                None, _("Shown immediately by connected clients. Nothing else is recorded for desktop notifications.")
            ),
        )
    return ()


def advice_for(code: str, notification: Notification | None, *, to_self: bool) -> str:
    """Return who can change what so that the next message like this is sent."""
    if notification is not None:
        return advice_of(notification, to_self=to_self)
    if to_self and code in personal_wording.ADVICE:
        return str(personal_wording.ADVICE[code])
    if code == DELAY_NEVER:
        return _(
            "The server's operator can change the delays with environment variables (NOTIFY_DELAY_ONLINE and others)."
        )
    if code == NOT_DECIDED:
        return _("An administrator can retry it: Notifications > Decisions.")
    if code == NOT_MEMBER:
        return _("They can join the room if it is a channel. Members of the room can add them.")
    return str(RULES_BY_CODE[code].advice) if code in RULES_BY_CODE else ""

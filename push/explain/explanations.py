"""Explaining why somebody was or was not notified of a message: as it was when it was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from push.explain import personal_wording
from push.explain.delivery_outcomes import advice_of, edits_of, happenings_of
from push.explain.forecast import push_foreseen
from push.explain.reasons import NOT_MEMBER, end_sentence, reason_sentence
from push.explain.structure import (
    Basis,
    ChannelExplanation,
    ExplainedStep,
    Explanation,
    Happening,
    Preference,
    Standing,
)
from push.models import Channel, Decision, EndReason, Event, Notification, State
from push.rules.decision_facts import decision_counts, decision_facts
from push.rules.delays import DELAY_NEVER, never_queued
from push.rules.facts import MessageFacts, facts_of, facts_stored
from push.rules.history import MemberPast
from push.rules.labels import level_shown, read_value
from push.rules.members import values_then
from push.rules.origins import Origin
from push.rules.reading import rules_of
from push.rules.rule import CHANNELS
from push.rules.table import RULES, RULES_BY_CODE
from push.rules.tracing import Step, trace_of
from workspace.models import Message, User

NUMBERS = {rule.code: number for number, rule in enumerate(RULES, start=1)}
FACTS = frozenset(field.name for field in fields(MessageFacts))
DEFAULT_PREFIX = "default_"


@dataclass(frozen=True, slots=True)
class Situation:
    """What a decision was taken by: the message's facts, the member's values, and how these are known.

    `to_self` tells whether it is explained to the person whom it is about.
    """

    user: User
    facts: MessageFacts
    values: Mapping[str, Any]
    basis: Basis
    is_member: bool
    never_queued: Iterable[str]
    counts: Mapping[str, Mapping[str, int]]
    read_at: datetime
    to_self: bool
    changed: frozenset[str] = frozenset()


def explanation_of(
    *,
    message: Message,
    user: User,
    channels: Iterable[Channel] = CHANNELS,
    changes: Mapping[str, Any] | None = None,
    to_self: bool = False,
) -> Explanation:
    """Return why the person was or was not notified of the message, by what held when it was decided.

    `changes` asks "what if": other values by name, of the member (:data:`push.rules.members.MEMBER_VALUES`), of the
    message's facts, or a workspace default (`default_push`). Nothing is ever written. `to_self` speaks to the person.
    """
    decision = Decision.objects.filter(message=message, event=Event.POSTED).first()
    situation = situation_of(message, user, decision, to_self=to_self)
    if changes:
        situation = situation_changed(situation, changes)
    mine = Notification.objects.filter(message=message, user=user)
    kept = {} if changes else {notification.channel: notification for notification in mine}
    return Explanation(
        message=message,
        user=user,
        decided_at=decision.decided_at if decision else None,
        channels=tuple(channel_explained(situation, channel, kept.get(channel)) for channel in channels),
        edits=() if changes else edits_of(message),
        to_self=to_self,
    )


def situation_of(message: Message, user: User, decision: Decision | None, *, to_self: bool) -> Situation:
    """Return what was decided by; before that, and where nothing is kept of it, what holds now."""
    decided_at = decided_for(decision, user.pk) if decision else None
    waits = decision is not None and (decision.decided_at is None or decision.position is not None)
    is_begun = decision is not None and (decided_at is not None or decision.position is not None)
    facts = facts_stored(decision) if decision is not None and is_begun else facts_of(message)
    read_at = decided_at or timezone.now()
    past = MemberPast(facts, user.pk, read_at)
    return Situation(
        user=user,
        facts=facts,
        values=values_then(past),
        basis=Basis.RECONSTRUCTED if decided_at else Basis.PREVIEW if waits else Basis.TODAY,
        is_member=bool(past.subscription),
        never_queued=decision_facts(decision).never_queued if decision and is_begun else never_queued(),
        counts=decision_counts(decision) if decision and not waits else {},
        read_at=read_at,
        to_self=to_self,
    )


def decided_for(decision: Decision, user_id: int) -> datetime | None:
    """Return when a decision was taken for one member, as rooms are read part by part; None where that is not known.

    It is known of whoever could be reached, when the message was; of others, when their part was read.
    """
    stored = decision_facts(decision)
    if not stored.is_begun:
        return None
    is_whole = decision.decided_at is not None and stored.parts is None and stored.first is None
    if is_whole or user_id in (stored.first or ()):
        return stored.read_at or decision.decided_at
    return next((at for upto, at in stored.parts or () if upto is None or user_id <= upto), None)


def situation_changed(situation: Situation, changes: Mapping[str, Any]) -> Situation:
    """Return the situation with other values; whoever was no member is taken for one."""
    defaults = {**situation.facts.defaults}
    defaults.update(
        {name.removeprefix(DEFAULT_PREFIX): value for name, value in changes.items() if name.startswith(DEFAULT_PREFIX)}
    )
    of_message = {name: value for name, value in changes.items() if name in FACTS}
    of_member = {name: value for name, value in changes.items() if name in situation.values}
    return replace(
        situation,
        facts=replace(situation.facts, defaults=defaults, **of_message),
        values={**situation.values, **of_member},
        basis=Basis.WHAT_IF,
        is_member=True,
        counts={},
        changed=frozenset(changes),
    )


def channel_explained(situation: Situation, channel: Channel, kept: Notification | None) -> ChannelExplanation:
    """Return the explanation for one channel; what is recorded stands above what can be reconstructed."""
    counts = situation.counts.get(channel, {})
    if EndReason.MESSAGE_GONE in counts:
        return unread_table(situation, channel, EndReason.MESSAGE_GONE.value, Basis.RECORDED)
    if not situation.is_member and kept is None:
        return unread_table(situation, channel, NOT_MEMBER, situation.basis)
    trace = trace_of(situation.facts, situation.values, channel)
    reconstructed = code_of(trace, situation, channel)
    code = kept.rule if kept else reconstructed
    sends = sends_by(code)
    is_recorded = situation.basis == Basis.RECONSTRUCTED and (kept is not None or list(counts) == [code])
    return ChannelExplanation(
        channel=channel,
        code=code,
        sends=sends,
        sentence=reason_sentence(code, to_self=situation.to_self),
        basis=Basis.RECORDED if is_recorded else situation.basis,
        steps=steps_of(situation, channel, trace),
        preference=preference_of(situation, channel),
        remarks=tuple(remarks_of(situation, channel, reconstructed, kept)),
        happenings=happenings(situation, channel, code, kept),
        advice=advice_for(code, kept, to_self=situation.to_self),
        state=kept.current_state if kept else "",
        end_code=(end_code := end_code_of(kept)),
        end_sentence=end_sentence(end_code, to_self=situation.to_self),
    )


def end_code_of(kept: Notification | None) -> str:
    """Return why a notification ended unsent, or waits; empty for one that was sent or waits for its time only."""
    return kept.reason if kept is not None and kept.state != State.SENT else ""


def sends_by(code: str) -> bool:
    """Return whether the code is that of a rule by which a notification is sent."""
    return code in RULES_BY_CODE and RULES_BY_CODE[code].sends


def unread_table(situation: Situation, channel: Channel, code: str, basis: Basis) -> ChannelExplanation:
    """Return an explanation where the table was not read for the person at all."""
    return ChannelExplanation(
        channel=channel,
        code=code,
        sends=False,
        sentence=reason_sentence(code, to_self=situation.to_self),
        basis=basis,
        advice=advice_for(code, None, to_self=situation.to_self),
    )


def code_of(trace: tuple[Step, ...], situation: Situation, channel: Channel) -> str:
    """Return the code of the rule that decided, or that nothing was to be queued for a member so connected."""
    rule = trace[-1].rule
    is_held_back = (
        rule.sends and channel != Channel.DESKTOP and situation.values["connection"] in situation.never_queued
    )
    return DELAY_NEVER if is_held_back else rule.code


def steps_of(situation: Situation, channel: Channel, trace: tuple[Step, ...]) -> tuple[ExplainedStep, ...]:
    """Return the channel's whole table: the rules that were read, and those after the one that decided."""
    read = [
        ExplainedStep(
            number=NUMBERS[step.rule.code],
            code=step.rule.code,
            sentence=reason_sentence(step.rule.code, to_self=situation.to_self),
            sends=step.rule.sends,
            standing=Standing.DECIDED if step.held else Standing.PASSED,
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
            standing=Standing.UNREAD,
        )
        for rule in rules_of(channel)[len(trace) :]
    ]
    return (*read, *rest)


def preference_of(situation: Situation, channel: Channel) -> Preference:
    """Return the preference in effect: the room's, else the account's, else the workspace's default."""
    for level, origin in ((f"room_{channel}", Origin.ROOM), (f"account_{channel}", Origin.ACCOUNT)):
        if chosen := situation.values[level]:
            return Preference(chosen, level_shown(chosen), origin)
    default = situation.facts.defaults[channel]
    return Preference(default, level_shown(default), Origin.WORKSPACE)


def remarks_of(situation: Situation, channel: Channel, reconstructed: str, kept: Notification | None) -> Iterable[str]:
    """Yield what is not certain: the history is pruned, or the record says something else than can be seen today."""
    if situation.basis not in (Basis.RECONSTRUCTED, Basis.TODAY):
        return
    if situation.read_at < timezone.now() - timedelta(days=settings.RETENTION_DAYS):
        yield _("It was decided longer ago than changes are kept: what is shown may have been changed since.")
    counts = situation.counts.get(channel, {})
    if kept is not None and kept.rule != reconstructed:
        yield _("The record says %(kept)s; what is known of that moment today would make it %(found)s.") % {
            "kept": kept.rule,
            "found": reconstructed,
        }
    elif kept is None and counts and reconstructed not in counts:
        yield _("Nobody was counted under this reason then: something has changed without leaving a trace.")
    elif kept is None and channel != Channel.DESKTOP and sends_by(reconstructed):
        yield _("No notification is kept of it: it was removed, or something has changed without leaving a trace.")


def happenings(situation: Situation, channel: Channel, code: str, kept: Notification | None) -> tuple[Happening, ...]:
    """Return what happened afterwards, or would happen."""
    if kept is not None:
        return happenings_of(kept, to_self=situation.to_self)
    if not sends_by(code):
        return ()
    if channel == Channel.PUSH and situation.basis in (Basis.PREVIEW, Basis.WHAT_IF):
        connection = situation.values["connection"]
        return push_foreseen(
            facts=situation.facts,
            user=situation.user,
            connection=connection,
            code=code,
            to_self=situation.to_self,
        )
    if channel == Channel.DESKTOP and situation.basis in (Basis.RECORDED, Basis.RECONSTRUCTED):
        return (
            Happening(None, _("Shown at once by the clients that were connected; nothing more is recorded of it.")),
        )
    return ()


def advice_for(code: str, kept: Notification | None, *, to_self: bool) -> str:
    """Return who can change what, so that the next such message is sent."""
    if kept is not None:
        return advice_of(kept, to_self=to_self)
    if to_self and code in personal_wording.ADVICE:
        return str(personal_wording.ADVICE[code])
    if code == DELAY_NEVER:
        return _("Whoever runs the server can change the delays in its environment (NOTIFY_DELAY_ONLINE and others).")
    if code == NOT_MEMBER:
        return _("They can join the room if it is a channel. Whoever is in it can add them.")
    return str(RULES_BY_CODE[code].advice) if code in RULES_BY_CODE else ""

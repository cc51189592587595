"""How many members are notified of some messages, for applications that wait for the decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from push.models import Channel, Decision, Event
from push.rules.decision_facts import decision_counts
from push.rules.table import RULES_BY_CODE
from workspace.api.contributions import Decided


def decided(messages: Collection[int]) -> Decided:
    """Return the counts of the decisions about these messages, given by key; a decision that failed too often is not
    waited for."""
    decisions = list(Decision.objects.filter(message__in=messages, event=Event.POSTED))
    sums: dict[str, Counter[str]] = {channel: Counter() for channel in Channel.values}
    for decision in decisions:
        for channel, counts in decision_counts(decision).items():
            sums[channel].update(counts)
    is_pending = any(not one.is_given_up and (one.decided_at is None or one.position is not None) for one in decisions)
    return Decided(
        is_complete=not is_pending,
        counts={channel: dict(counts) for channel, counts in sums.items()},
        notifying={code for code, rule in RULES_BY_CODE.items() if rule.sends},
    )

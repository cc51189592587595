"""The parts of an explanation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.db import models
from django.utils.translation import gettext_lazy as _

from push.models import WAITING, Channel, State
from push.rules.labels import ReadValue
from push.rules.origins import Origin
from workspace.models import Message, User


class Basis(models.TextChoices):
    """How we know the decision; labels are sentences for readers."""

    RECORDED = "recorded", _("Recorded at the time of the decision.")
    RECONSTRUCTED = (
        "reconstructed",
        _(
            "Reconstructed from the data at the time of the decision, because members who are not notified are "
            "not recorded individually."
        ),
    )
    PREVIEW = "preview", _("Not decided yet. This is what the rules would decide now.")
    TODAY = "today", _("The record of the decision has been deleted. This is what the rules would decide today.")
    WHAT_IF = "what_if", _("What if: nothing was saved, and nobody is notified.")


class StepResult(models.TextChoices):
    """The result of one rule: not met, decisive, or not evaluated."""

    PASSED = "passed", _("did not apply")
    DECIDED = "decided", _("decided")
    UNREAD = "unread", _("not evaluated")


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """One rule on the chart, with the values that it used."""

    number: int
    code: str
    sentence: str
    sends: bool
    result: StepResult
    values: tuple[ReadValue, ...] = ()


@dataclass(frozen=True, slots=True)
class Preference:
    """The effective preference, and the level that it comes from."""

    level: str
    shown: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An event after the decision, or an expected one; `kind` is `info`, `success`, `warning` or `danger`."""

    at: datetime | None
    text: str
    kind: str = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelExplanation:
    """Why one member was or was not notified on one channel.

    `code` is the code of the rule that decided, or the reason why no rules were evaluated. `remarks` list what is
    uncertain, `history` what happened to the notification, in order, and `advice` who can change what, and where.
    `state` is the notification's state, or empty if there is none. `end_code` and `end_sentence` give the reason if the
    notification ended without being sent or waits for a paused route.
    """

    channel: Channel
    code: str
    sends: bool
    sentence: str
    basis: Basis
    steps: tuple[ExplainedStep, ...] = ()
    preference: Preference | None = None
    remarks: tuple[str, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    advice: str = ""
    state: State | str = ""
    end_code: str = ""
    end_sentence: str = ""

    @property
    def is_silent(self) -> bool:
        """Return True if nothing is sent: the rules decided so, or the notification ended unsent."""
        return not self.sends or self.state in (State.DROPPED, State.FAILED)

    @property
    def is_waiting(self) -> bool:
        """Return True if the notification is still in the queue."""
        return self.state in (*WAITING, State.CLAIMED)

    @property
    def is_known(self) -> bool:
        """Return True if this is the actual decision, not a forecast."""
        return self.basis in (Basis.RECORDED, Basis.RECONSTRUCTED)

    @property
    def step(self) -> ExplainedStep | None:
        """Return the step that decided, if a rule decided."""
        return next((step for step in self.steps if step.result == StepResult.DECIDED), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why one user was or was not notified of one message; `decided_at` is None until it is decided.

    `edits` lists later edits of the message. `to_self` is True if the explanation addresses the user as "you".
    """

    message: Message
    user: User
    decided_at: datetime | None
    channels: tuple[ChannelExplanation, ...]
    edits: tuple[HistoryEntry, ...] = ()
    to_self: bool = False

    def combined_history(self, channel: ChannelExplanation) -> list[HistoryEntry]:
        """Return the history of one channel's notification and of the message by time; undated entries come last."""
        entries = [*channel.history, *self.edits]
        dated = sorted((entry for entry in entries if entry.at), key=attrgetter("at"))
        return [*dated, *(entry for entry in entries if not entry.at)]

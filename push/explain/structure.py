"""What an explanation consists of."""

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
    """How it is known what was decided, with the sentence for people."""

    RECORDED = "recorded", _("Recorded when it was decided.")
    RECONSTRUCTED = (
        "reconstructed",
        _("Reconstructed from what held when it was decided: no record is kept of each member who is not notified."),
    )
    PREVIEW = "preview", _("Not decided yet: this is what would be decided as things stand now.")
    TODAY = "today", _("No record of the decision is kept any more: this is what holds today.")
    WHAT_IF = "what_if", _("What if: nothing of this was written, and nobody is notified of it.")


class Standing(models.TextChoices):
    """Where a rule stands on the way to the verdict."""

    PASSED = "passed", _("did not hold")
    DECIDED = "decided", _("decided")
    UNREAD = "unread", _("not read")


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """One rule on the chart, with the values that it read."""

    number: int
    code: str
    sentence: str
    sends: bool
    standing: Standing
    values: tuple[ReadValue, ...] = ()


@dataclass(frozen=True, slots=True)
class Preference:
    """The preference in effect, and which level it comes from."""

    level: str
    shown: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened after the decision, or will; `kind` is `info`, `success`, `warning` or `danger`."""

    at: datetime | None
    text: str
    kind: str = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelExplanation:
    """Why one member was or was not notified through one channel.

    `code` is that of the rule that decided, or of what kept the rules from being read; `remarks` tell what is not
    certain; `happenings` what became of the notification, in order; `advice` who can change what, and where. `state` is
    where the notification stands, empty if there is none. One that ended without being sent, or that waits because its
    way is paused, has the `end_code` and the `end_sentence` of why.
    """

    channel: Channel
    code: str
    sends: bool
    sentence: str
    basis: Basis
    steps: tuple[ExplainedStep, ...] = ()
    preference: Preference | None = None
    remarks: tuple[str, ...] = ()
    happenings: tuple[Happening, ...] = ()
    advice: str = ""
    state: State | str = ""
    end_code: str = ""
    end_sentence: str = ""

    @property
    def is_silent(self) -> bool:
        """Return whether nothing is sent: by the verdict, or because it ended unsent."""
        return not self.sends or self.state in (State.DROPPED, State.FAILED)

    @property
    def is_waiting(self) -> bool:
        """Return whether it is in the queue still."""
        return self.state in (*WAITING, State.CLAIMED)

    @property
    def is_known(self) -> bool:
        """Return whether this is what was decided, and no outlook."""
        return self.basis in (Basis.RECORDED, Basis.RECONSTRUCTED)

    @property
    def step(self) -> ExplainedStep | None:
        """Return the step that decided, where a rule did."""
        return next((step for step in self.steps if step.standing == Standing.DECIDED), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why one person was or was not notified of one message; `decided_at` is None until it is decided.

    `edits` tell when the message was edited since, which is decided for everybody at once. `to_self` tells whether it
    speaks to the person.
    """

    message: Message
    user: User
    decided_at: datetime | None
    channels: tuple[ChannelExplanation, ...]
    edits: tuple[Happening, ...] = ()
    to_self: bool = False

    def afterwards(self, found: ChannelExplanation) -> list[Happening]:
        """Return what became of one channel's notification and of the message, in order; what is to come is last."""
        told = [*found.happenings, *self.edits]
        dated = sorted((one for one in told if one.at), key=attrgetter("at"))
        return [*dated, *(one for one in told if not one.at)]

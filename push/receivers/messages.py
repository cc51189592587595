"""A message that is posted or edited has to be decided upon."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from push.models import Decision, Event
from push.tasks import wake
from workspace.models import Message
from workspace.signals import message_edited, message_posted


@receiver(message_posted, dispatch_uid="push.message_posted")
def message_posted_note(message: Message, **_kwargs: Any) -> None:
    """Note that the message is to be decided upon; the row is saved with the message itself."""
    Decision.objects.create(message=message, event=Event.POSTED, accepted_at=message.accepted_at)
    wake("decide")


@receiver(message_edited, dispatch_uid="push.message_edited")
def message_edited_note(message: Message, **_kwargs: Any) -> None:
    """Note that the edit is to be decided upon."""
    Decision.objects.create(message=message, event=Event.EDITED, accepted_at=message.edited_at or message.updated_at)
    wake("decide")

"""Items as loaded for sending."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from push.models import Channel
from push.selectors.items import Item, items_load
from push.sending.claiming import users_claim
from tests.push.conftest import queue
from workspace.models import Message, User


@pytest.fixture
def item_of(db: None) -> Callable[..., Item]:
    """Queues, claims and loads the notification of a message for a user."""

    def read(user: User, message: Message, channel: Channel = Channel.PUSH) -> Item:
        notification = queue(user, message, channel=channel)
        claim = users_claim(limit=10, now=timezone.now())
        assert claim is not None
        [item] = items_load(keys=[notification.pk], token=claim.token, at=timezone.now())
        return item

    return read

"""The sandbox: replaces Apple and Google, and stores what they would have been sent for simulated phones.

A developer can rehearse the other answers: a device token that begins with `dead-` is answered as one that the provider
no longer knows, `refuse-` as a push that it does not take, `fail-` as a provider that is down. (A simulated phone's
token contains no dash.)
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from push.models import Answer, Device, SandboxPush, token_digest
from push.providers.pushes import PayloadTooLargeError, ProviderAnswer, Push
from push.providers.registry import device_kind

REHEARSED = {
    "dead-": ProviderAnswer(Answer.DEAD, "Rehearsed: this token is dead."),
    "refuse-": ProviderAnswer(Answer.REFUSED, "Rehearsed: this push is refused."),
    "fail-": ProviderAnswer(Answer.RETRY, "Rehearsed: the provider is down."),
}
# What Apple answers to a call for a token that an app registered for other notifications.
NOT_FOR_CALLS = ProviderAnswer(Answer.REFUSED, "No device registered this token for calls.")
# A phone's lock screen needs no more; older ones go.
KEPT_PER_TOKEN = 100
PRUNED_EVERY = 20


class SandboxProvider:
    """Accepts what Apple or Google would accept, and stores it in their shape."""

    def send(self, push: Push) -> ProviderAnswer:
        """Store the push; refuse one that would be too large."""
        for prefix, answer in REHEARSED.items():
            if push.token.startswith(prefix):
                return answer
        if push.is_call and not Device.objects.filter(voip_token=push.token).exists():
            return NOT_FOR_CALLS
        try:
            payload, headers = provider_request(push)
        except PayloadTooLargeError:
            return ProviderAnswer(Answer.REFUSED, "The push is too large.")
        sandbox_push_store(push=push, payload=payload, headers=headers)
        return ProviderAnswer(Answer.ACCEPTED)


def provider_request(push: Push) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the JSON and headers that the token's provider would be sent."""
    request = device_kind(push.type).sandbox_request
    assert request is not None
    return request(push)


@transaction.atomic
def sandbox_push_store(*, push: Push, payload: dict[str, Any], headers: dict[str, str]) -> SandboxPush:
    """Store a push. From time to time, old pushes to the same phone are deleted."""
    stored = SandboxPush.objects.create(
        token_digest=token_digest(push.token), type=push.type, identity=push.identity, payload=payload, headers=headers
    )
    if stored.pk % PRUNED_EVERY == 0:
        of_token = SandboxPush.objects.filter(token_digest=stored.token_digest)
        newest = of_token.order_by("-pk").values_list("pk", flat=True)[:KEPT_PER_TOKEN]
        of_token.filter(pk__lt=min(newest)).delete()
    return stored

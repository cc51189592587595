"""Handing a workspace's push on to its provider, once."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from cloud.models import RegisteredWorkspace
from push.models import Answer, GatewayPush, token_digest
from push.providers.base import Provider, ProviderAnswer, Push
from workspace.errors import ApplicationError

# A request that took a push and was cut short holds it for this long; then a retry may take it over.
TAKEN_FOR = timedelta(seconds=60)
REPEATED = ProviderAnswer(Answer.ACCEPTED, "Accepted before.")


def push_hand_on(*, workspace: RegisteredWorkspace, push: Push, provider: Provider) -> ProviderAnswer:
    """Hand the push to the provider and return its answer.

    A push with an identity that was accepted for this token before is not handed on again. Raises
    `error-push-in-progress` (503) while another request is handing the same one on.
    """
    if not push.identity:
        return provider.send(push)
    entry = push_take(workspace=workspace, push=push)
    if entry is None:
        return REPEATED
    answer = provider.send(push)
    if answer.answer == Answer.ACCEPTED:
        GatewayPush.objects.filter(pk=entry.pk).update(accepted_at=timezone.now())
    else:
        entry.delete()
    return answer


def push_take(*, workspace: RegisteredWorkspace, push: Push) -> GatewayPush | None:
    """Take the push for this request alone; returns None when it was accepted before."""
    now = timezone.now()
    entry, made = GatewayPush.objects.get_or_create(
        workspace=workspace,
        identity=push.identity,
        token_digest=token_digest(push.token),
        defaults={"taken_at": now},
    )
    if made:
        return entry
    if entry.accepted_at is not None:
        return None
    abandoned = GatewayPush.objects.filter(pk=entry.pk, accepted_at=None, taken_at__lte=now - TAKEN_FOR)
    if not abandoned.update(taken_at=now):
        raise ApplicationError("error-push-in-progress", "This push is being handed on", status=503)
    return entry

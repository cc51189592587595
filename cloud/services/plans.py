"""Changes the plan and limits of a registered workspace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from cloud.models import EventKind, RegisteredWorkspace
from cloud.services.audit import event_record
from cloud.services.registration import invalid
from workspace.models import User


@transaction.atomic
def plan_change(
    *,
    workspace: RegisteredWorkspace,
    plan: str,
    ends_at: datetime | None = None,
    monthly_limit: int | None = None,
    modules: Sequence[str] = (),
    rate_limit: int | None = None,
    actor: User | None = None,
) -> None:
    """Change the workspace's plan. The gateway applies it within two seconds, the workspace after its next sync.

    Without `monthly_limit`, the plan's own limit applies (premium: unlimited). Raises `invalid-params`.
    """
    workspace.plan, workspace.plan_ends_at, workspace.monthly_limit = plan, ends_at, monthly_limit
    workspace.modules, workspace.rate_limit = list(modules), rate_limit
    fields = ["plan", "plan_ends_at", "monthly_limit", "modules", "rate_limit"]
    try:
        workspace.clean_fields(exclude={field.name for field in workspace._meta.fields} - set(fields))
    except ValidationError as error:
        raise invalid(error) from error
    workspace.save(update_fields=fields)
    details = {"plan": plan, "limit": monthly_limit, "until": ends_at.isoformat() if ends_at else None}
    event_record(EventKind.PLAN, workspace=workspace, actor=actor, **details)

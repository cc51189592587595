"""Stores the progress of the set-up."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from push.models import SetupProgress, SetupState
from push.models.setup import url_digest
from push.selectors.setup.progress import state_of
from workspace.stored_json import stored_write

# The longest draft of a field. Longer ones are not remembered.
DRAFT_LENGTH = 1_000


def progress_locked() -> SetupProgress:
    """Return the progress, locked until the end of the transaction; it is created if it is missing."""
    SetupProgress.objects.get_or_create(pk=1)
    return SetupProgress.objects.select_for_update().get(pk=1)


@transaction.atomic
def state_change(**changes: Any) -> SetupState:
    """Replace fields of the state and return it."""
    progress = progress_locked()
    return _state_save(progress, replace(state_of(progress), **changes))


@transaction.atomic
def step_complete(*, step: str) -> None:
    """Record that a step was saved; its draft is deleted."""
    progress = progress_locked()
    state = state_of(progress)
    _state_save(
        progress,
        replace(
            state,
            completed=with_name(state.completed, step),
            skipped=without_name(state.skipped, step),
            drafts={name: draft for name, draft in state.drafts.items() if name != step},
        ),
    )


@transaction.atomic
def step_skip(*, step: str) -> None:
    """Record that a step was skipped."""
    progress = progress_locked()
    state = state_of(progress)
    _state_save(progress, replace(state, skipped=with_name(state.skipped, step)))


@transaction.atomic
def draft_save(*, step: str, values: Mapping[str, str]) -> None:
    """Remember what was entered in a step without saving it. The caller leaves out secrets."""
    progress = progress_locked()
    state = state_of(progress)
    draft = {name: value for name, value in values.items() if len(value) <= DRAFT_LENGTH}
    _state_save(progress, replace(state, drafts={**state.drafts, step: draft}))


@transaction.atomic
def item_dismiss(*, key: str) -> None:
    """Remove an item from the dashboard's checklist."""
    progress = progress_locked()
    state = state_of(progress)
    _state_save(progress, replace(state, dismissed=with_name(state.dismissed, key)))


@transaction.atomic
def items_restore() -> None:
    """Show the dismissed items of the dashboard's checklist again."""
    state_change(dismissed=())


@transaction.atomic
def setup_close() -> None:
    """Finish or postpone the wizard: pages no longer redirect to it. Its steps can still be opened."""
    progress = progress_locked()
    if progress.closed_at is None:
        progress.closed_at = timezone.now()
        progress.save(update_fields=["closed_at"])


@transaction.atomic
def setup_reopen(*, new_code: bool = False) -> SetupProgress:
    """Make the set-up code valid again, as long as there is no administrator; with `new_code`, a new one."""
    progress = progress_locked()
    progress.closed_at = None
    if new_code:
        progress.seed = secrets.token_hex(16)
    progress.save(update_fields=["closed_at", "seed"])
    return progress


def url_verified(*, url: str) -> None:
    """Record that this URL, the present `SITE_URL`, was reached."""
    state_change(verified_digest=url_digest(url))


def with_name(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Return the names with another one, once."""
    return (*without_name(names, name), name)


def without_name(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Return the names without one."""
    return tuple(one for one in names if one != name)


def _state_save(progress: SetupProgress, state: SetupState) -> SetupState:
    progress.state = (
        {**progress.state, **stored_write(state)} if isinstance(progress.state, dict) else stored_write(state)
    )
    progress.save(update_fields=["state"])
    return state

"""How far the set-up of this installation has got."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _


def url_digest(url: str) -> str:
    """Return a digest of this site's URL. The URL itself is not stored: it follows `SITE_URL`."""
    return hashlib.sha256(url.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupState:
    """What the wizard remembers in addition to the settings that it saves.

    `completed` and `skipped` are names of steps, `dismissed` keys of the dashboard's checklist. `drafts` are values
    that were entered but not saved, by step and field; never secrets. `verified_digest` is the digest of the
    `SITE_URL` that was last reached by a request of this server. `mailed` is true once a test mail was sent.
    """

    completed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    dismissed: tuple[str, ...] = ()
    drafts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    verified_digest: str = ""
    mailed: bool = False

    def is_verified(self, url: str) -> bool:
        """Return True if this URL of the site was the last one that was reached."""
        return self.verified_digest == url_digest(url)


class SetupProgress(models.Model):
    """The progress of the set-up: a single row, which exists once something has been stored."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    # The set-up code is derived from it. A new seed makes a new code.
    seed = models.CharField(max_length=64, blank=True, default="", editable=False)
    # When the wizard was finished or postponed. Pages no longer redirect to it then.
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    # A SetupState.
    state = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("set-up")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="setup_progress_single")]

    def __str__(self) -> str:
        return "set-up"

"""How many accounts each workspace default applies to."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import CharField, Count, Q
from django.utils.translation import ngettext

from preferences.models.account import AccountPreferences
from workspace.models import User


def _chosen(name: str) -> Q:
    field = AccountPreferences._meta.get_field(name)
    return ~Q(**{name: ""}) if isinstance(field, CharField) else Q(**{f"{name}__isnull": False})


def inheriting_counts(defaults: Collection[str]) -> dict[str, int]:
    """Return for each of these defaults (field names) how many active accounts have not made their own choice."""
    people = User.objects.filter(is_active=True).count()
    own = {field.name for field in AccountPreferences._meta.concrete_fields}
    chosen = AccountPreferences.objects.filter(user__is_active=True).aggregate(
        **{f"own_{name}": Count("pk", filter=_chosen(name)) for name in defaults if name in own}
    )
    return {name: people - chosen.get(f"own_{name}", 0) for name in defaults}


def inheritance_sentences(defaults: Collection[str]) -> dict[str, str]:
    """Return the counts as sentences for the settings page."""
    return {
        name: ngettext("%(count)d user inherits this value now.", "%(count)d users inherit this value now.", count)
        % {"count": count}
        for name, count in inheriting_counts(defaults).items()
    }

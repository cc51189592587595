"""How many accounts each workspace default decides for."""

from __future__ import annotations

from django.db.models import CharField, Count, Q
from django.utils.translation import ngettext

from preferences.models.account import AccountPreferences
from preferences.models.defaults import DEFAULT_USER_PREFERENCES, AccountsSettings
from workspace.models import User


def _chosen(name: str) -> Q:
    field = AccountPreferences._meta.get_field(name)
    return ~Q(**{name: ""}) if isinstance(field, CharField) else Q(**{f"{name}__isnull": False})


def inheriting_counts() -> dict[str, int]:
    """Return, by field of the workspace's defaults, how many active accounts have not chosen for themselves."""
    people = User.objects.filter(is_active=True).count()
    own = {field.name for field in AccountPreferences._meta.concrete_fields}
    defaults = [
        field.name
        for declaration, field in AccountsSettings.declared_fields()
        if declaration.section == DEFAULT_USER_PREFERENCES
    ]
    chosen = AccountPreferences.objects.filter(user__is_active=True).aggregate(
        **{f"own_{name}": Count("pk", filter=_chosen(name)) for name in defaults if name in own}
    )
    return {name: people - chosen.get(f"own_{name}", 0) for name in defaults}


def inheritance_sentences() -> dict[str, str]:
    """Return the counts as sentences for the settings screen."""
    return {
        name: ngettext("%(count)d user inherits this value now.", "%(count)d users inherit this value now.", count)
        % {"count": count}
        for name, count in inheriting_counts().items()
    }

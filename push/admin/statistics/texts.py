"""Numbers, durations and changes as texts."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from push.providers.registry import providers_by_route
from push.selectors.statistics.hours import NO_PROVIDER, OTHER

EMPTY = "–"
MINUTE, HOUR = 60, 3600
# Larger changes say little more than "from almost nothing".
MAX_CHANGE = 999


def count_text(count: int) -> str:
    """Return a number with separators."""
    return number_format(count, use_l10n=True, force_grouping=True)


def duration_text(seconds: float | None) -> str:
    """Return a duration with about two digits, as its estimate has no more."""
    if seconds is None:
        return EMPTY
    if seconds < 0.9995:
        return _("%(number)s ms") % {"number": _two_digits(seconds * 1000)}
    if seconds < MINUTE:
        return _("%(number)s s") % {"number": _two_digits(seconds)}
    if seconds < HOUR:
        return _("%(number)s min") % {"number": _two_digits(seconds / MINUTE)}
    return _("%(number)s h") % {"number": _two_digits(seconds / HOUR)}


def _two_digits(number: float) -> str:
    return number_format(number, 1 if number < 10 else 0, use_l10n=True, force_grouping=True)


def share_text(part: int, whole: int) -> str:
    """Return a percentage."""
    if not whole:
        return EMPTY
    return _("%(number)s%%") % {"number": number_format(100 * part / whole, 1, use_l10n=True)}


def change_text(current: float | None, before: float | None) -> str:
    """Return the change in percent; empty if there is nothing to compare with."""
    if current is None or not before:
        return ""
    percent = round(100 * (current - before) / before)
    if percent > MAX_CHANGE:
        return _("%(number)s%%") % {"number": f">+{MAX_CHANGE}"}
    sign = "+" if percent > 0 else "−" if percent < 0 else "±"
    return _("%(number)s%%") % {"number": f"{sign}{abs(percent)}"}


def provider_text(provider: str) -> str:
    """Return the name of a provider as statistics store it."""
    if provider == NO_PROVIDER:
        return _("No route")
    known = providers_by_route().get(provider)
    if known:
        return str(known.label)
    return {"email": _("E-mail"), "sandbox": _("Simulated phones")}.get(provider, provider)


def app_text(app: str) -> str:
    """Return an app's name; deliveries without one are to mail servers or removed devices."""
    if app == OTHER:
        return _("Other apps")
    return app or EMPTY

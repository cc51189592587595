"""Whether notifications can leave the server at all, and what is missing for it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cloud.models import SetupWizardSettings
from push.models import EndReason
from push.selectors.routes import route_current


def misconfiguration() -> str:
    """Return why no push can leave the server, in sentences that name the reason; empty when one can."""
    route = route_current()
    if not isinstance(route, EndReason):
        return ""
    if route != EndReason.MISCONFIGURED:
        return str(route.label)
    return f"{route.label} {_missing()}"


def _missing() -> str:
    wizard = SetupWizardSettings.current()
    if not wizard.register_server:
        return _("The gateway needs a registered server, and “Register Server” is off.")
    if not wizard.privacy_terms_agreed:
        return _("The gateway needs the Cloud Service Privacy Terms, and nobody has agreed to them.")
    return _("“Register Server” is on, but this workspace has not been registered with a cloud yet.")

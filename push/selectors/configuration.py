"""Whether notifications can leave the server at all, and what is missing for it."""

from __future__ import annotations

from push.models import EndReason
from push.selectors.routes import route_current


def misconfiguration() -> str:
    """Return why no push can leave the server, in a sentence that names the reason; empty when one can."""
    route = route_current()
    return str(route.label) if isinstance(route, EndReason) else ""

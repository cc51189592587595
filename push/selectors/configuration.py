"""Whether notifications can leave the server at all, and what is missing for it."""

from __future__ import annotations

from push.models import EndReason
from push.selectors.routes import route_current


def misconfiguration() -> EndReason | None:
    """Return why no push can leave the server, with a sentence that names the reason; None when one can."""
    route = route_current()
    return route if isinstance(route, EndReason) else None

"""The ASGI entry point."""

import os
from typing import Any

import django
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workspace.config.web")

django.setup(set_prefix=False)

from workspace.ddp.site import SocketSite  # noqa: E402 (needs the settings)
from workspace.logs.requests import LoggedSite  # noqa: E402
from workspace.monitoring.site import MonitoringSite  # noqa: E402
from workspace.monitoring.web import measured, monitoring_start  # noqa: E402
from workspace.roles import is_cloud, is_workspace  # noqa: E402 (needs the settings)
from workspace.server.bodies import BodyDeadline, BodyLimit  # noqa: E402
from workspace.server.garbage import garbage_configure  # noqa: E402
from workspace.server.handler import SiteHandler  # noqa: E402
from workspace.server.site_path import SitePath  # noqa: E402
from workspace.tracing.site import traced  # noqa: E402

application: Any = BodyLimit(SiteHandler())
if is_workspace():
    application = import_string("push.streams.site.StreamingSite")(application)
if is_cloud():
    application = import_string("push.gateway.asgi.GatewayMiddleware")(application)
application = MonitoringSite(measured(SocketSite(BodyDeadline(application))))
application = SitePath(traced(LoggedSite(application)))
monitoring_start()
import_string("push.services.alerts.watching.worker_watch_start")()
garbage_configure()

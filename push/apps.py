from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PushConfig(AppConfig):
    name = "push"
    verbose_name = _("Push")

    def ready(self) -> None:
        from cloud.gateway_protocols import protocol_register
        from push import privacy, receivers  # noqa: F401
        from push.explain.summaries import decided
        from push.gateway.protocols.registry import protocols
        from push.pages import links  # noqa: F401
        from push.providers.web_push.keys import vapid_keys_ensure
        from push.worker.signing import task_signing_install
        from workspace.api.contributions import contributions
        from workspace.live.feeds import FEEDS
        from workspace.monitoring.health.registry import CHECKS
        from workspace.monitoring.metrics.declarations import MODULES
        from workspace.monitoring.metrics.readings import READINGS, SAMPLES
        from workspace.signals import database_ready

        contributions.decided = decided
        FEEDS.append("push.streams.hub.Hub")
        CHECKS.append("push.monitoring.health.worker_checks")
        MODULES.extend(["push.monitoring.counting", "push.monitoring.gauges"])
        READINGS.append("push.monitoring.gauges.readings")
        SAMPLES.append("push.monitoring.gauges.samples")
        for protocol in protocols():
            protocol_register(protocol.description)
        task_signing_install()
        database_ready.connect(vapid_keys_ensure, dispatch_uid="push.vapid")

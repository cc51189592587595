from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class WorkspaceConfig(AppConfig):
    name = "workspace"
    verbose_name = _("Workspace")

    def ready(self) -> None:
        from workspace import receivers, remembered  # noqa: F401
        from workspace.services.setup import essentials_ensure
        from workspace.setting_groups import checks  # noqa: F401

        # Named by the last app to migrate, because roles hold the permissions of every app's models.
        post_migrate.connect(essentials_ensure, dispatch_uid="workspace.essentials")

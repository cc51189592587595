from django.apps import AppConfig
from django.contrib import admin
from django.contrib.admin import sites
from django.db.models import CharField
from django.db.models.functions import Lower
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class UnfoldConfig(AppConfig):
    """Uses the workspace's own site for the administration instead of unfold's."""

    name = "unfold"

    def ready(self) -> None:
        from workspace.server.admin_site import AdministrationSite

        admin.site = sites.site = AdministrationSite()


class WorkspaceConfig(AppConfig):
    name = "workspace"
    default = True
    verbose_name = _("Workspace")

    def ready(self) -> None:
        from workspace import receivers  # noqa: F401
        from workspace.database.key_lists import key_lists_register
        from workspace.database.timestamps import timestamp_loader_register
        from workspace.live import receivers as live_receivers  # noqa: F401
        from workspace.logs import sign_ins as logged_sign_ins  # noqa: F401
        from workspace.logs import tasks as logged_tasks  # noqa: F401
        from workspace.mail import stored_mails_protect
        from workspace.pages import links  # noqa: F401
        from workspace.privacy import workspace_sections  # noqa: F401
        from workspace.server import site_path  # noqa: F401
        from workspace.services import account_mails  # noqa: F401
        from workspace.services.setup import essentials
        from workspace.setting_groups import checks  # noqa: F401

        # `username__lower=` uses the unique index. `__iexact` compares with UPPER and would not.
        CharField.register_lookup(Lower)
        key_lists_register()
        timestamp_loader_register()
        stored_mails_protect()
        pre_migrate.connect(essentials.before, dispatch_uid="workspace.essentials")
        post_migrate.connect(essentials.after, dispatch_uid="workspace.essentials")

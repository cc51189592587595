from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CloudConfig(AppConfig):
    name = "cloud"
    verbose_name = _("Cloud")

    def ready(self) -> None:
        from cloud.selectors.licence import granted_modules
        from workspace.setting_groups import licence

        licence.source_register(granted_modules)

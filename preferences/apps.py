from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PreferencesConfig(AppConfig):
    name = "preferences"
    verbose_name = _("Preferences")

    def ready(self) -> None:
        from preferences import (
            privacy,  # noqa: F401
            receivers,  # noqa: F401
        )
        from preferences.api.objects import member_subscriptions_json
        from preferences.selectors.accounts import account_preferences_by_key
        from workspace.api.contributions import contributions

        contributions.preferences = account_preferences_by_key
        contributions.subscriptions = member_subscriptions_json
        from preferences.pages import links  # noqa: F401

"""URLs of the settings endpoints."""

from workspace.api.base import routes
from workspace.api.settings import views

urlpatterns = routes(
    {
        "settings.public": views.SettingsPublicApi,
        "settings": views.SettingsApi,
        "settings/<str:setting_id>": views.SettingApi,
    }
)

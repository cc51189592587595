"""Settings that clients ask for but that cannot be changed on this server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.templatetags.static import static

BUILT_IN_SETTINGS: dict[str, Callable[[], Any]] = {
    "Site_Url": lambda: settings.SITE_URL,
    "Threads_enabled": lambda: True,
    "Presence_broadcast_disabled": lambda: False,
    "Accounts_AllowUserStatusMessageChange": lambda: True,
    "Accounts_AllowInvisibleStatusOption": lambda: True,
    "UI_Allow_room_names_with_special_chars": lambda: False,
    "Message_Read_Receipt_Enabled": lambda: False,
    "E2E_Enable": lambda: False,
    "LDAP_Enable": lambda: False,
    "CROWD_Enable": lambda: False,
    "API_Use_REST_For_DDP_Calls": lambda: False,
    "Store_Last_Message": lambda: False,
    "Accounts_AvatarBlockUnauthenticatedAccess": lambda: False,
    "Assets_favicon_512": lambda: {"defaultUrl": static("workspace/icon.svg").removeprefix(f"{settings.SITE_PATH}/")},
}

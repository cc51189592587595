"""Settings that clients ask for but that cannot be changed on this server.

Features that do not exist here are off, so that clients hide them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.templatetags.static import static

BUILT_IN_SETTINGS: dict[str, Callable[[], Any]] = {
    "Site_Url": lambda: settings.SITE_URL,
    "Assets_favicon_512": lambda: {"defaultUrl": static("workspace/icon.svg").removeprefix(f"{settings.SITE_PATH}/")},
}

# What the product does, and does not, independently of its configuration.
FIXED: dict[str, Any] = {
    # Messages and rooms.
    "Threads_enabled": True,
    "Presence_broadcast_disabled": False,
    "Store_Last_Message": False,
    "UI_Allow_room_names_with_special_chars": False,
    "DirectMesssage_maxUsers": 8,
    "Message_GroupingPeriod": 300,
    "Message_TimeFormat": "LT",
    "Message_TimeAndDateFormat": "LLL",
    "Hide_System_Messages": [],
    "Message_Read_Receipt_Enabled": False,
    "Message_Read_Receipt_Store_Users": False,
    "Accounts_Directory_DefaultView": "channels",
    "Number_of_users_autocomplete_suggestions": 5,
    # The web socket is used for method calls if it is available.
    "API_Use_REST_For_DDP_Calls": False,
    # Signing in through other services.
    "API_Gitlab_URL": "",
    "Accounts_iframe_enabled": False,
    "Accounts_Iframe_api_url": "",
    "Accounts_Iframe_api_method": "",
    "CAS_enabled": False,
    "CAS_login_url": "",
    "CROWD_Enable": False,
    # Clients show their own texts in empty fields.
    "Accounts_ConfirmPasswordPlaceholder": "",
    "Accounts_EmailOrUsernamePlaceholder": "",
    "Accounts_NamePlaceholder": "",
    "Accounts_PasswordPlaceholder": "",
    "Accounts_RequirePasswordConfirmation": True,
    "Accounts_CustomFields": "",
    # Pictures of users and rooms come from this server.
    "Accounts_AvatarBlockUnauthenticatedAccess": False,
    "Accounts_AvatarExternalProviderUrl": "",
    "Accounts_RoomAvatarExternalProviderUrl": "",
    "CDN_PREFIX": "",
    # Files and recordings.
    "FileUpload_Enabled": False,
    "FileUpload_MaxFileSize": 0,
    "FileUpload_MediaTypeWhiteList": "",
    "FileUpload_ProtectFiles": False,
    "Message_AudioRecorderEnabled": False,
    "Message_VideoRecorderEnabled": False,
    # Calls.
    "Jitsi_Domain": "",
    "Jitsi_Enable_Channels": False,
    "Jitsi_Enable_Teams": False,
    "Jitsi_Enabled": False,
    "Jitsi_Enabled_TokenAuth": False,
    "Jitsi_SSL": False,
    "Jitsi_URL_Room_Hash": False,
    "Jitsi_URL_Room_Prefix": "",
    "Omnichannel_call_provider": "none",
    "VideoConf_Enable_Channels": False,
    "VideoConf_Enable_DMs": False,
    "VideoConf_Enable_Groups": False,
    "VideoConf_Enable_Teams": False,
    "VoIP_TeamCollab_Enabled": False,
    "VoIP_TeamCollab_Ice_Gathering_Timeout": 5000,
    "VoIP_TeamCollab_Ice_Servers": "",
    "VoIP_TeamCollab_SIP_Integration_For_Internal_Calls": False,
    # Other features.
    "API_Embed": False,
    "AutoTranslate_Enabled": False,
    "Canned_Responses_Enable": False,
    "Cloud_Workspace_AirGapped_Restrictions_Remaining_Days": -1,
    "E2E_Enable": False,
    "FEDERATION_Enabled": False,
    "Federation_Matrix_enabled": False,
    "Federation_Service_Enabled": False,
    "Livechat_allow_manual_on_hold": False,
    "Livechat_enabled": False,
    "Livechat_request_comment_when_closing_conversation": False,
}
BUILT_IN_SETTINGS |= {name: partial(FIXED.__getitem__, name) for name in FIXED}

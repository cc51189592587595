"""The settings that the mobile app reads, with the type that it expects of each."""

from __future__ import annotations

BEFORE_SIGN_IN = {
    bool: (
        "CAS_enabled Accounts_EmailVerification Accounts_ManuallyApproveNewUsers Accounts_ShowFormLogin"
        " Accounts_PasswordReset Accounts_iframe_enabled"
    ),
    str: (
        "API_Gitlab_URL CAS_login_url Site_Url Accounts_RegistrationForm Accounts_RegistrationForm_LinkReplacementText"
        " Accounts_EmailOrUsernamePlaceholder Accounts_PasswordPlaceholder Accounts_Iframe_api_url"
        " Accounts_Iframe_api_method"
    ),
}
AFTER_SIGN_IN = {
    bool: (
        "Jitsi_Enable_Teams Jitsi_Enable_Channels Jitsi_Enabled Jitsi_SSL Jitsi_Enabled_TokenAuth Jitsi_URL_Room_Hash"
        " Accounts_AllowEmailChange Accounts_AllowPasswordChange Accounts_AllowRealNameChange"
        " Accounts_AllowUserAvatarChange Accounts_AllowUserProfileChange Accounts_AllowUserStatusMessageChange"
        " Accounts_AllowUsernameChange Accounts_AvatarBlockUnauthenticatedAccess Accounts_EmailVerification"
        " Accounts_PasswordReset Accounts_Password_Policy_Enabled Accounts_Password_Policy_ForbidRepeatingCharacters"
        " Accounts_Password_Policy_AtLeastOneLowercase Accounts_Password_Policy_AtLeastOneUppercase"
        " Accounts_Password_Policy_AtLeastOneNumber Accounts_Password_Policy_AtLeastOneSpecialCharacter"
        " Accounts_ShowFormLogin Accounts_ManuallyApproveNewUsers API_Use_REST_For_DDP_Calls Accounts_iframe_enabled"
        " API_Embed CROWD_Enable FileUpload_ProtectFiles FEDERATION_Enabled LDAP_Enable"
        " Livechat_request_comment_when_closing_conversation Message_AllowDeleting Message_AllowEditing"
        " Message_AllowPinning Message_AllowStarring Message_AudioRecorderEnabled Store_Last_Message"
        " UI_Allow_room_names_with_special_chars UI_Use_Real_Name Message_Read_Receipt_Enabled"
        " Message_Read_Receipt_Store_Users Threads_enabled AutoTranslate_Enabled CAS_enabled Force_Screen_Lock"
        " Allow_Save_Media_to_Gallery Accounts_AllowInvisibleStatusOption Canned_Responses_Enable"
        " Livechat_allow_manual_on_hold VideoConf_Enable_DMs VideoConf_Enable_Channels VideoConf_Enable_Groups"
        " VideoConf_Enable_Teams Accounts_AllowDeleteOwnAccount Presence_broadcast_disabled"
        " Accounts_RequirePasswordConfirmation Federation_Service_Enabled Federation_Matrix_enabled"
        " VoIP_TeamCollab_SIP_Integration_For_Internal_Calls"
    ),
    str: (
        "Jitsi_Domain Jitsi_URL_Room_Prefix Accounts_CustomFields Accounts_EmailOrUsernamePlaceholder"
        " Accounts_NamePlaceholder Accounts_PasswordPlaceholder Accounts_RegistrationForm"
        " Accounts_RegistrationForm_LinkReplacementText Accounts_Iframe_api_url Accounts_Iframe_api_method"
        " Accounts_Directory_DefaultView Message_TimeFormat Message_TimeAndDateFormat Site_Name Site_Url uniqueID"
        " FileUpload_MediaTypeWhiteList API_Gitlab_URL CAS_login_url Accounts_AvatarExternalProviderUrl"
        " Accounts_RoomAvatarExternalProviderUrl Omnichannel_call_provider CDN_PREFIX"
        " Accounts_ConfirmPasswordPlaceholder VoIP_TeamCollab_Ice_Servers"
    ),
    int: (
        "Accounts_Password_Policy_MinLength Accounts_Password_Policy_MaxLength"
        " Accounts_Password_Policy_ForbidRepeatingCharactersCount DirectMesssage_maxUsers"
        " Message_AllowDeleting_BlockDeleteInMinutes Message_AllowEditing_BlockEditInMinutes Message_GroupingPeriod"
        " FileUpload_MaxFileSize Force_Screen_Lock_After Number_of_users_autocomplete_suggestions"
        " Cloud_Workspace_AirGapped_Restrictions_Remaining_Days VoIP_TeamCollab_Ice_Gathering_Timeout"
    ),
    list: "Hide_System_Messages",
}
# What does not exist here: the app hides it.
ABSENT = (
    "Jitsi_Enabled VideoConf_Enable_DMs VideoConf_Enable_Channels VideoConf_Enable_Groups VideoConf_Enable_Teams"
    " Message_AudioRecorderEnabled AutoTranslate_Enabled Canned_Responses_Enable LDAP_Enable CROWD_Enable CAS_enabled"
    " FEDERATION_Enabled Federation_Service_Enabled Federation_Matrix_enabled Message_Read_Receipt_Enabled"
    " VoIP_TeamCollab_SIP_Integration_For_Internal_Calls Accounts_iframe_enabled"
)


def types_of(settings: dict[type, str]) -> dict[str, type]:
    """Return the type of each setting."""
    return {name: kind for kind, names in settings.items() for name in names.split()}

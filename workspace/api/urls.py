"""URLs of the workspace's API endpoints."""

from __future__ import annotations

from workspace.api import info, presence, sign_in
from workspace.api.access import permissions, roles
from workspace.api.base import routes
from workspace.api.finding.urls import FINDING
from workspace.api.integrations import views as integrations
from workspace.api.messages.urls import MESSAGES
from workspace.api.methods import views as methods
from workspace.api.rooms.urls import ROOMS
from workspace.api.site import connections, empty_lists
from workspace.api.users import (
    changing,
    deleting,
    names,
    own,
    reading,
    registration,
    second_factor,
    signing_out,
    tokens,
)

urlpatterns = routes(
    {
        "info": info.InfoApi,
        "v1/login": sign_in.LoginApi,
        "v1/logout": sign_in.LogoutApi,
        "v1/me": sign_in.MeApi,
        **ROOMS,
        **FINDING,
        **MESSAGES,
        "v1/method.call/<path:name>": methods.MethodCallApi,
        "v1/method.callAnon/<path:name>": methods.MethodCallAnonApi,
        "v1/permissions.listAll": permissions.PermissionsListAllApi,
        "v1/permissions.list": permissions.PermissionsListApi,
        "v1/permissions.update": permissions.PermissionsUpdateApi,
        "v1/roles.list": roles.RolesListApi,
        "v1/roles.sync": roles.RolesSyncApi,
        "v1/roles.create": roles.RoleCreateApi,
        "v1/roles.delete": roles.RoleDeleteApi,
        "v1/roles.addUserToRole": roles.AddUserToRoleApi,
        "v1/roles.removeUserFromRole": roles.RemoveUserFromRoleApi,
        "v1/roles.getUsersInRole": roles.UsersInRoleApi,
        "v1/roles.getUsersInPublicRoles": roles.UsersInPublicRolesApi,
        "v1/presence.getConnections": connections.PresenceConnectionsApi,
        "v1/presence.enableBroadcast": connections.EnableBroadcastApi,
        "v1/settings.oauth": empty_lists.SettingsOAuthApi,
        "v1/service.configurations": empty_lists.ServiceConfigurationsApi,
        "v1/emoji-custom.list": empty_lists.EmojiListApi,
        "v1/emoji-custom.all": empty_lists.EmojiAllApi,
        "v1/custom-user-status.list": empty_lists.CustomUserStatusListApi,
        "v1/custom-sounds.list": empty_lists.CustomSoundsListApi,
        "v1/commands.list": empty_lists.CommandsListApi,
        "v1/commands.get": empty_lists.CommandsGetApi,
        "v1/e2e.fetchMyKeys": empty_lists.FetchMyKeysApi,
        "v1/e2e.getUsersOfRoomWithoutKey": empty_lists.UsersWithoutKeyApi,
        "v1/banners": empty_lists.BannersApi,
        "v1/banners/<str:banner_id>": empty_lists.BannersApi,
        "v1/banners.getNew": empty_lists.BannersApi,
        "v1/banners.dismiss": empty_lists.BannersDismissApi,
        "v1/video-conference.capabilities": empty_lists.VideoCapabilitiesApi,
        "v1/autotranslate.getSupportedLanguages": empty_lists.SupportedLanguagesApi,
        "v1/users.info": reading.UsersInfoApi,
        "v1/users.list": reading.UsersListApi,
        "v1/users.create": changing.UsersCreateApi,
        "v1/users.update": changing.UsersUpdateApi,
        "v1/users.setActiveStatus": changing.UsersSetActiveStatusApi,
        "v1/users.updateOwnBasicInfo": own.UpdateOwnBasicInfoApi,
        "v1/users.removeOtherTokens": signing_out.RemoveOtherTokensApi,
        "v1/users.logoutOtherClients": signing_out.LogoutOtherClientsApi,
        "v1/users.logout": signing_out.UsersLogoutApi,
        "v1/users.generatePersonalAccessToken": tokens.GenerateTokenApi,
        "v1/users.regeneratePersonalAccessToken": tokens.RegenerateTokenApi,
        "v1/users.removePersonalAccessToken": tokens.RemoveTokenApi,
        "v1/users.getPersonalAccessTokens": tokens.GetTokensApi,
        "v1/users.createToken": tokens.CreateTokenApi,
        "v1/users.register": registration.UsersRegisterApi,
        "v1/users.forgotPassword": registration.ForgotPasswordApi,
        "v1/users.autocomplete": names.AutocompleteApi,
        "v1/users.getUsernameSuggestion": names.UsernameSuggestionApi,
        "v1/users.checkUsernameAvailability": names.UsernameAvailabilityApi,
        "v1/users.listByStatus": names.ListByStatusApi,
        "v1/users.delete": deleting.UsersDeleteApi,
        "v1/users.deleteOwnAccount": deleting.DeleteOwnAccountApi,
        "v1/users.setStatus": presence.SetStatusApi,
        "v1/users.getStatus": presence.GetStatusApi,
        "v1/users.getPresence": presence.GetPresenceApi,
        "v1/users.presence": presence.PresencesApi,
        "v1/integrations.create": integrations.IntegrationsCreateApi,
        "v1/integrations.get": integrations.IntegrationsGetApi,
        "v1/integrations.history": integrations.IntegrationsHistoryApi,
        "v1/integrations.list": integrations.IntegrationsListApi,
        "v1/integrations.remove": integrations.IntegrationsRemoveApi,
        "v1/integrations.update": integrations.IntegrationsUpdateApi,
        "v1/users.totp.enable": second_factor.TotpEnableApi,
        "v1/users.totp.validate": second_factor.TotpValidateApi,
        "v1/users.totp.disable": second_factor.TotpDisableApi,
        "v1/users.totp.regenerateCodes": second_factor.TotpRegenerateCodesApi,
        "v1/users.totp.codesRemaining": second_factor.TotpCodesRemainingApi,
    }
)

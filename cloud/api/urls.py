"""URLs of the workspace's API endpoints for cloud and licence."""

from __future__ import annotations

from cloud.api import licences, registration, workspace
from workspace.api.base import routes

urlpatterns = routes(
    {
        "v1/cloud.manualRegister": workspace.CloudManualRegisterApi,
        "v1/cloud.connectWorkspace": workspace.CloudConnectWorkspaceApi,
        "v1/cloud.registrationStatus": workspace.CloudRegistrationStatusApi,
        "v1/cloud.syncWorkspace": workspace.CloudSyncApi,
        "v1/cloud.usage": workspace.CloudUsageApi,
        "v1/cloud.createRegistrationIntent": registration.CreateRegistrationIntentApi,
        "v1/cloud.confirmationPoll": registration.ConfirmationPollApi,
        "v1/cloud.workspaceRegisterData": registration.WorkspaceRegisterDataApi,
        "v1/licenses.get": licences.LicensesGetApi,
        "v1/licenses.isEnterprise": licences.LicensesIsEnterpriseApi,
        "v1/licenses.info": licences.LicensesInfoApi,
        "v1/licenses.add": licences.LicensesAddApi,
        "v1/licenses.maxActiveUsers": licences.LicensesMaxActiveUsersApi,
    }
)

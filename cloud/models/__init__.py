from cloud.models.registration import CloudConnection, RegisteredWorkspace
from cloud.models.settings import SetupWizardSettings

__all__ = ["CloudConnection", "RegisteredWorkspace", "SetupWizardSettings"]

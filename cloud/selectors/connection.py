"""Reading this workspace's own registration with its cloud."""

from __future__ import annotations

from cloud.models import CloudConnection, SetupWizardSettings


def connection_current() -> CloudConnection | None:
    """Return the registration that cloud services may be used with.

    None without one, and while registering or the privacy terms are not agreed to.
    """
    wizard = SetupWizardSettings.current()
    if not (wizard.register_server and wizard.privacy_terms_agreed):
        return None
    return CloudConnection.objects.first()

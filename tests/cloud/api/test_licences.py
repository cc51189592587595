"""licenses.get and licenses.isEnterprise"""

from __future__ import annotations

import pytest

from cloud.models import RegisteredWorkspace
from cloud.services.plans import plan_change
from cloud.services.sync import cloud_sync
from tests.admin_rows import administrator
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_workspace_has_the_community_plan_at_first() -> None:
    assert ApiClient(UserFactory()).get("licenses.isEnterprise").json() == {"isEnterprise": False, "success": True}
    assert ApiClient(administrator()).get("licenses.get").json() == {"licenses": [], "success": True}


@pytest.mark.django_db(transaction=True)
def test_a_premium_licence_is_returned(connected: str) -> None:
    plan_change(workspace=RegisteredWorkspace.objects.get(), plan="premium")
    cloud_sync()
    assert ApiClient(UserFactory()).get("licenses.isEnterprise").json()["isEnterprise"] is True
    (licence,) = ApiClient(administrator()).get("licenses.get").json()["licenses"]
    assert licence["information"]["tags"] == [{"name": "premium"}]


def test_the_permission_is_required() -> None:
    assert failure(ApiClient(UserFactory()).get("licenses.get"), 403).endswith("[error-unauthorized]")
    for name in ("licenses.get", "licenses.isEnterprise"):
        assert ApiClient().get(name).json() == NOT_SIGNED_IN

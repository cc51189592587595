"""The form of an app's own route."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from push.admin.keys_form import APPLE_FIELDS, GOOGLE_FIELDS, ProviderKeysForm
from push.models import AppRoute


class AppRouteForm(ProviderKeysForm):
    """How one app's devices are reached, with its keys."""

    class Meta:
        model = AppRoute
        fields = ("app_name", "kind", "gateway", "production", *APPLE_FIELDS, *GOOGLE_FIELDS)
        help_texts = {
            "gateway": _(
                "One address a line; the next is tried when one cannot be reached. This workspace's access token is "
                "handed only to the cloud and to the gateways of the Push settings: another one has to know from its "
                "address who asks."
            )
        }

"""The form of an app's own route."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from push.admin.keys_form import ALL_KEY_FIELDS, ProviderKeysForm
from push.models import AppRoute
from workspace.address_masks import addresses_mask, addresses_unmask


class AppRouteForm(ProviderKeysForm):
    """How one app's devices are reached, with its keys. Secrets inside the gateways' addresses are masked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["gateway"] = addresses_mask(self.initial.get("gateway"))

    def clean_gateway(self) -> str:
        return addresses_unmask(self.cleaned_data["gateway"].replace("\r\n", "\n"), stored=self.instance.gateway)

    class Meta:
        model = AppRoute
        fields = ("app_name", "kind", "gateway", *ALL_KEY_FIELDS)
        help_texts = {
            "gateway": _(
                "One address a line; the next is tried when one cannot be reached. This workspace's access token is "
                "handed only to the cloud and to the gateways of the Push settings: another one has to know from its "
                "address who asks."
            )
        }

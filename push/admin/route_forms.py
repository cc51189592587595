"""The form for an app's own route."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from push.admin.keys_form import ALL_KEY_FIELDS, ProviderKeysForm
from push.models import AppRoute
from workspace.address_masks import addresses_mask, addresses_unmask


class AppRouteForm(ProviderKeysForm):
    """How one app's devices are reached, with its keys. Secrets in gateway addresses are masked."""

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
                "One address per line. If one cannot be reached, the next is tried. This workspace's access token is "
                "only sent to the cloud and to the gateways in the Push settings; any other gateway must authorize the "
                "workspace by the address."
            )
        }

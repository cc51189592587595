"""Replace this site's address in rows of version 0.1.0, which stored it, by the placeholder that follows `SITE_URL`."""

import django.core.validators
from django.conf import settings
from django.db import migrations
from django.utils import timezone

import push.models.settings
import workspace.http_addresses
from cloud.secrets import secret_digest
from cloud.services.registration_requests import token_read

ADDRESSES = (
    ("push", "PushSettings", "gateway"),
    ("push", "AppRoute", "gateway"),
    ("cloud", "SetupWizardSettings", "cloud_url"),
    ("cloud", "CloudConnection", "cloud_url"),
    ("cloud", "CloudConnection", "gateway_url"),
    ("cloud", "CloudConnection", "registered_url"),
    ("cloud", "PendingRegistration", "cloud_url"),
    ("cloud", "RegisteredWorkspace", "site_url"),
    ("cloud", "RegisteredWorkspace", "other_url"),
    ("cloud", "RegistrationRequest", "site_url"),
    ("workspace", "SettingChange", "before"),
    ("workspace", "SettingChange", "after"),
)


def own_addresses_forget(apps, schema_editor):
    own = own_addresses(apps)
    for app, model, field in ADDRESSES:
        rows = apps.get_model(app, model).objects.all()
        if model == "SettingChange":
            rows = rows.filter(setting_id__in=["Push_gateway", "Cloud_Url"])
        for pk, value in rows.values_list("pk", field):
            moved = moved_here(value, own)
            if moved is not None:
                # The field writes a placeholder for this site's present address.
                rows.filter(pk=pk).update(**{field: moved})
    apps.get_model("cloud", "CloudConnection").objects.update(next_sync_at=timezone.now())


def own_addresses(apps):
    """Return the addresses at which this installation is, or was when it registered with its own cloud."""
    unique_ids = list(apps.get_model("workspace", "GeneralSettings").objects.values_list("unique_id", flat=True))
    registered = apps.get_model("cloud", "RegisteredWorkspace").objects.filter(unique_id__in=unique_ids)
    registered = registered.exclude(admission="open").exclude(site_url="")
    own = {settings.SITE_URL, *registered.values_list("site_url", flat=True)}
    for pending in apps.get_model("cloud", "PendingRegistration").objects.all():
        digest = secret_digest(token_read(pending.token)[1])
        if apps.get_model("cloud", "RegistrationToken").objects.filter(digest=digest).exists():
            own.add(pending.cloud_url)
    return {address.rstrip("/") for address in own if address}


def moved_here(value, own):
    """Return the text with this site's present address in place of its own addresses; None where it has none."""
    if not isinstance(value, str):
        return None
    lines = value.split("\n")
    moved = [line_moved(line, own) for line in lines]
    return "\n".join(new or old for new, old in zip(moved, lines)) if any(moved) else None


def line_moved(line, own):
    for address in own:
        if line == address or line.startswith((address + "/", address + "?")):
            return settings.SITE_URL + line[len(address) :]
    return None


class Migration(migrations.Migration):

    dependencies = [
        ("cloud", "0006_gateway_of_connection"),
        ("push", "0007_normalize_device_tokens"),
        ("workspace", "0008_addresses_in_history"),
    ]

    operations = [
        migrations.AlterField(
            model_name="approute",
            name="gateway",
            field=workspace.http_addresses.AddressLinesField(
                blank=True,
                default="",
                help_text="One address a line; the next is tried when one cannot be reached.",
                validators=[
                    django.core.validators.MaxLengthValidator(2000),
                    push.models.settings.gateways_validate,
                ],
                verbose_name="gateway",
            ),
        ),
        migrations.AlterField(
            model_name="pushsettings",
            name="gateway",
            field=workspace.http_addresses.AddressLinesField(
                default="https://gateway.rocket.chat",
                help_text="One address a line; the next is tried when one cannot be reached.",
                validators=[
                    django.core.validators.MaxLengthValidator(2000),
                    push.models.settings.gateways_validate,
                ],
                verbose_name="Gateway",
            ),
        ),
        migrations.RunPython(own_addresses_forget, migrations.RunPython.noop),
    ]

"""Store device tokens in their canonical form, one device for each (push/providers/tokens.py at the time of writing)."""

import hashlib
import re

from django.db import migrations

APPLE_TOKEN = re.compile(r"[0-9a-f]{64,200}")


def canonical(device_type, token):
    if device_type != "apn":
        return token.strip() or token
    bare = re.sub(r"[<>\s]", "", token).lower()
    # A token that Apple could not have issued stays as it is: Apple refuses it, and the device is disabled.
    return bare if APPLE_TOKEN.fullmatch(bare) else token


def tokens_normalize(apps, schema_editor):
    Device = apps.get_model("push", "Device")
    rows = Device.objects.values_list("pk", "type", "token", "voip_token").order_by("pk")
    for pk, device_type, token, voip_token in list(
        row for row in rows.iterator() if canonical(row[1], row[2]) != row[2] or canonical("apn", row[3]) != row[3]
    ):
        values = {"voip_token": canonical("apn", voip_token)}
        wanted = canonical(device_type, token)
        if wanted != token:
            digest = hashlib.sha256(wanted.encode()).hexdigest()
            registered_at = Device.objects.values_list("registered_at", flat=True).get(pk=pk)
            same = Device.objects.filter(token_digest=digest).exclude(pk=pk).first()
            if same is not None and same.registered_at > registered_at:
                Device.objects.filter(pk=pk).delete()
                continue
            if same is not None:
                same.delete()
            values |= {"token": wanted, "token_digest": digest}
        Device.objects.filter(pk=pk).update(**values)


class Migration(migrations.Migration):

    dependencies = [
        ("push", "0006_view_statistics"),
    ]

    operations = [
        migrations.RunPython(tokens_normalize, migrations.RunPython.noop),
    ]

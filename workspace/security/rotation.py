"""Encrypts all stored secrets again with the newest key, so that older keys can be removed.

Each value is replaced by a separate statement, and only if it has not changed since it was read. Secrets can therefore
be saved at the same time, and a run that was interrupted is continued by the next one: values that the newest key
decrypts are skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.apps import apps
from django.db import models
from django.db.models import F
from django.db.models.functions import Cast

from workspace.secret_addresses import AddressSecretsMixin
from workspace.security.encryption import MARK, cipher, newest_cipher
from workspace.setting_groups.secret_field import SecretField

BATCH = 200
# The keys of `Authenticator.data` with an encrypted value (django-allauth).
SECOND_FACTOR_SECRETS = ("secret", "seed")


@dataclass(slots=True)
class RotationResult:
    """The number of values that were encrypted again or were up to date, and the names of those no key decrypts."""

    rotated: int = 0
    current: int = 0
    unreadable: list[str] = field(default_factory=list)


# Called with the name of a column, such as `push.device.auth_secret`, before its values are read.
Progress = Callable[[str], None]


def keys_rotate(*, progress: Progress = lambda _column: None) -> RotationResult:
    """Encrypt everything with the newest key. Values that no configured key decrypts are listed, and not changed."""
    result = RotationResult()
    for model, column in secret_columns():
        progress(f"{model._meta.label_lower}.{column.name}")
        for key, stored in stored_values(model, column):
            name = f"{model._meta.label_lower}.{column.name} of row {key}"
            if (renewed := renew(stored, name, result)) is not None:
                row = with_stored(model, column).filter(pk=key, stored=stored)
                # With the mark, the column takes the value as it is.
                result.rotated += row.update(**{column.name: MARK + renewed.removeprefix(MARK)})
    progress("mfa.authenticator.data")
    second_factors_rotate(result)
    return result


def secret_columns() -> Iterator[tuple[type[models.Model], models.Field[str, str]]]:
    """Yield every column that contains encrypted values, with its model."""
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy:
            for column in model._meta.local_fields:
                if isinstance(column, SecretField | AddressSecretsMixin):
                    yield model, column


def with_stored(model: type[models.Model], column: models.Field[str, str]) -> models.QuerySet[models.Model]:
    """Return the model's rows with `stored`, the column's value as it is in the database."""
    # Of a column that is read under another type, Django does not decrypt the value.
    return model._default_manager.annotate(stored=Cast(F(column.name), models.TextField()))


def stored_values(model: type[models.Model], column: models.Field[str, str]) -> Iterator[tuple[object, str]]:
    """Yield the key and the encrypted value of each row that has one, a batch at a time."""
    rows = with_stored(model, column).exclude(stored="").exclude(stored=None).order_by("pk")
    if isinstance(column, AddressSecretsMixin):
        # JSON columns contain the value in quotation marks.
        rows = rows.filter(models.Q(stored__startswith=MARK) | models.Q(stored__startswith=f'"{MARK}'))
    last: object = None
    while batch := list((rows if last is None else rows.filter(pk__gt=last)).values_list("pk", "stored")[:BATCH]):
        yield from batch
        last = batch[-1][0]


def renew(stored: str, name: str, result: RotationResult) -> str | None:
    """Return the value encrypted with the newest key; None if it is up to date or unreadable."""
    token = stored.strip('"').removeprefix(MARK).encode()
    try:
        newest_cipher().decrypt(token)
    except InvalidToken:
        pass
    else:
        result.current += 1
        return None
    try:
        return newest_cipher().encrypt(cipher().decrypt(token)).decode()
    except InvalidToken:
        result.unreadable.append(name)
        return None


def second_factors_rotate(result: RotationResult) -> None:
    """Encrypt the secrets of second factors again."""
    for key in keys_of(Authenticator.objects.order_by("pk")):
        row = Authenticator.objects.filter(pk=key).first()
        if row is None or not isinstance(row.data, dict):
            continue
        read: dict[str, Any] = dict(row.data)
        renewed: dict[str, str] = {}
        for part in SECOND_FACTOR_SECRETS:
            if isinstance(secret := read.get(part), str) and secret:
                value = renew(secret, f"mfa.authenticator.data of row {key}", result)
                renewed |= {part: value} if value is not None else {}
        if renewed:
            result.rotated += Authenticator.objects.filter(pk=key, data=read).update(data={**read, **renewed})


def keys_of(rows: models.QuerySet[models.Model]) -> Iterable[object]:
    """Return the keys of the rows."""
    return list(rows.values_list("pk", flat=True))

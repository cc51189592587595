"""Archives: what is written is read back, and anything else is refused."""

from __future__ import annotations

import json
import stat
import tarfile
from pathlib import Path

import pytest

from workspace.backup import sealing
from workspace.backup.archive import KEYS, archive_open, archive_write, member_read, parts_extract
from workspace.backup.keys import Keys
from workspace.backup.manifest import FORMAT, Manifest
from workspace.backup.problems import BackupError, no_progress

PASSPHRASE = "a passphrase for tests"
OWN_KEYS = Keys(secret_key="a signing key", encryption_keys=["a key", "an older key"])


@pytest.fixture(autouse=True)
def _cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "COST", 2)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    parts = {"database.dump": b"rows" * 1000, "files/mail/1.eml": b"a mail"}
    paths = {}
    for number, (name, content) in enumerate(parts.items()):
        paths[name] = tmp_path / f"part{number}"
        paths[name].write_bytes(content)
    manifest = Manifest(version="0.1.0", created_at="2026-11-30T12:00:00+00:00", database="sqlite")
    target = tmp_path / "backup.tar"
    archive_write(target, manifest, parts=paths, keys=OWN_KEYS.write(), passphrase=PASSPHRASE, progress=no_progress)
    return target


def extract(archive: Path, *, passphrase: str = PASSPHRASE) -> Keys:
    """Unpack the archive next to it, and return its keys."""
    folder = archive.parent / "unpacked"
    folder.mkdir()
    with archive_open(archive) as (tar, content):
        manifest = Manifest.read(content)
        keys = Keys.open(member_read(tar, KEYS, limit=100_000), passphrase=passphrase, context=content)
        parts_extract(tar, manifest, folder=folder, progress=no_progress)
    return keys


def rewrite(archive: Path, **changes: bytes) -> None:
    """Replace members of the archive."""
    with tarfile.open(archive) as tar:
        members = {entry.name: member_read(tar, entry.name, limit=100_000) for entry in tar}
    with tarfile.open(archive, "w") as tar:
        for name, content in (members | {name.replace("__", "."): value for name, value in changes.items()}).items():
            entry = archive.with_name("member")
            entry.write_bytes(content)
            tar.add(entry, name)


def manifest_change(archive: Path, **changes: object) -> None:
    """Change values of the manifest."""
    with archive_open(archive) as (_tar, content):
        changed = json.dumps(json.loads(content) | changes).encode()
    rewrite(archive, manifest__json=changed)


def test_parts_and_keys_are_read_back(archive: Path) -> None:
    assert extract(archive) == OWN_KEYS
    assert (archive.parent / "unpacked/files/mail/1.eml").read_bytes() == b"a mail"
    assert (archive.parent / "unpacked/database.dump").read_bytes() == b"rows" * 1000


def test_only_the_owner_can_read_it_and_the_keys_are_encrypted(archive: Path) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert b"a signing key" not in archive.read_bytes()
    assert not list(archive.parent.glob("*.partial"))


def test_a_wrong_passphrase_is_refused(archive: Path) -> None:
    with pytest.raises(BackupError, match="passphrase is wrong"):
        extract(archive, passphrase="another passphrase")


def test_a_changed_manifest_is_refused(archive: Path) -> None:
    manifest_change(archive, version="9.9.9")
    with pytest.raises(BackupError, match="altered"):
        extract(archive)


def test_a_changed_part_is_refused(archive: Path) -> None:
    rewrite(archive, database__dump=b"rowz" * 1000)
    with pytest.raises(BackupError, match=r"checksum of database\.dump is wrong"):
        extract(archive)


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_a_cut_off_archive_is_refused(archive: Path, share: float) -> None:
    content = archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * share)])
    # The last blocks of a tar file are empty.
    if share == 0.95:
        extract(archive)
        return
    with pytest.raises(BackupError, match="damaged"):
        extract(archive)


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"no archive" * 500)
    with pytest.raises(BackupError, match="not a backup"):
        extract(other)


def test_a_newer_format_is_refused_with_the_version_that_wrote_it(archive: Path) -> None:
    manifest_change(archive, format=FORMAT + 1, version="7.0.0")
    with pytest.raises(BackupError, match=r"version 7\.0\.0"):
        extract(archive)


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "files/../../outside"])
def test_a_part_outside_of_the_folder_is_refused(archive: Path, name: str) -> None:
    manifest_change(archive, parts=[{"name": name, "size": 1, "sha256": ""}])
    with pytest.raises(BackupError, match="outside"):
        extract(archive)

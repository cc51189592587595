"""Counters of this process, in memory-mapped files that the scrape of any process on this machine adds up.

The format of the files is prometheus-client's (multiprocess mode). Its own classes choose the folder by an environment
variable at import, lose the counts of processes that ended, and leave holes in the files: on a full disk, writing to
a hole kills the process. Here, the counts of ended processes are moved to a common file, and the blocks of a file are
allocated before they are used.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from prometheus_client import Metric as MetricFamily
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

# The size of a new file in bytes. It doubles when it is full.
FILE_SIZE = 1 << 18
# An entry takes at most this many bytes in addition to its key.
ENTRY_SIZE = 64
# The name, in place of a process id, of the file with the counts of processes that ended.
ENDED = "ended"
# Folders of other hosts, such as containers that were replaced, are deleted after this many seconds.
UNUSED_SECONDS = 7 * 86_400


def host_folder(parent: Path) -> Path:
    """Return the folder for this host's files.

    Process ids are unique only within one host and one namespace: containers may share a volume.
    """
    try:
        namespace = "".join(filter(str.isdigit, str(Path("/proc/self/ns/pid").readlink())))
    except OSError:
        namespace = "0"
    return parent / f"{socket.gethostname()}-{namespace}"


class MetricFiles:
    """The values of this process. A forked process starts with files of its own. Safe for several threads."""

    def __init__(self, parent: Path) -> None:
        self.folder = host_folder(parent)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._pid = 0
        self._files: dict[str, MmapedDict] = {}
        self.touch()
        os.register_at_fork(after_in_child=self._forked)

    def add(self, kind: str, keys: Sequence[str], amounts: Iterable[tuple[int, float]]) -> None:
        """Add each amount to the value with the key at that place. `kind` is `counter` or `histogram`.

        All keys are created together, so that a histogram has all of its buckets.
        """
        with self._lock:
            file = self._file(kind, keys)
            for place, amount in amounts:
                key = keys[place]
                file.write_value(key, file.read_value(key)[0] + amount, 0.0)

    def put(self, kind: str, key: str, value: float) -> None:
        """Replace the value with the key, such as of a gauge."""
        with self._lock:
            self._file(kind, [key]).write_value(key, value, 0.0)

    def close(self) -> None:
        """Close the files. They are opened again when needed."""
        with self._lock:
            self._close_all()

    def collect(self) -> list[MetricFamily]:
        """Return the values of all processes of this host, added up."""
        with self.locked():
            self.touch()
            self._fold()
            return list(MultiProcessCollector.merge([str(path) for path in self._paths()]))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Exclude other processes that read or tidy up the folder."""
        with (self.folder / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def touch(self) -> None:
        """Record that the folder is in use, and delete the folders of hosts that no longer exist."""
        (self.folder / "lock").touch(mode=0o600)
        unused = time.time() - UNUSED_SECONDS
        for other in self.folder.parent.glob("*/lock"):
            with suppress(OSError):
                if other.stat().st_mtime < unused:
                    shutil.rmtree(other.parent, ignore_errors=True)

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob("*_*.db"))

    def _fold(self) -> None:
        """Move the counts of processes that ended to the common file, and delete their files."""
        for path in self._paths():
            kind, _underscore, owner = path.stem.rpartition("_")
            if owner == ENDED or is_running(int(owner)):
                continue
            if not kind.startswith("gauge"):
                total = open_file(self.folder / f"{kind}_{ENDED}.db")
                for key, value, _timestamp, _position in MmapedDict.read_all_values_from_file(str(path)):
                    value_create(total, key)
                    total.write_value(key, total.read_value(key)[0] + value, 0.0)
                total.close()
            path.unlink()

    def _file(self, kind: str, keys: Sequence[str]) -> MmapedDict:
        """Return the process's file of a kind, after these keys have been created in it."""
        pid = os.getpid()
        if pid != self._pid:
            # The parent's files; closing them here does not close them there.
            self._close_all()
            self._pid = pid
        file = self._files.get(kind)
        if file is None:
            file = self._files[kind] = open_file(self.folder / f"{kind}_{pid}.db")
        if keys[-1] not in file._positions:
            for key in keys:
                value_create(file, key)
        return file

    def _close_all(self) -> None:
        for file in self._files.values():
            file.close()
        self._files = {}

    def _forked(self) -> None:
        """Forget the parent's lock, which one of its threads may hold."""
        self._lock = threading.Lock()


def open_file(path: Path) -> MmapedDict:
    """Open the file. A new one has its blocks allocated; raises OSError if the disk is full."""
    with path.open("ab") as file:
        path.chmod(0o600)
        if not os.fstat(file.fileno()).st_size:
            os.posix_fallocate(file.fileno(), 0, FILE_SIZE)
    return MmapedDict(str(path))


def value_create(file: MmapedDict, key: str) -> None:
    """Create the value with the key if it does not exist. Blocks are allocated first if the file must grow.

    Raises OSError if the disk is full.
    """
    if key in file._positions:
        return
    size, needed = file._capacity, file._used + len(key.encode()) + ENTRY_SIZE
    if needed > size:
        while needed > size:
            size *= 2
        os.posix_fallocate(file._f.fileno(), 0, size)
    file.read_value(key)


def is_running(pid: int) -> bool:
    """Return True if a process with this id exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

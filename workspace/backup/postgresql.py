"""Dumps of a PostgreSQL database, with the programs of PostgreSQL itself: pg_dump, pg_restore and psql."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

from django.db import connection
from psycopg.conninfo import make_conninfo

from workspace.backup.archive import CHUNK
from workspace.backup.problems import BackupError, Progress

PART = "database.dump"
# Parameters of the connection that only psycopg knows, and the password, which is passed in the environment: others
# can read the arguments of a process.
NOT_OF_LIBPQ = ("cursor_factory", "context", "prepare_threshold", "autocommit", "row_factory", "password")
SHOWN_LINES = 5


def server_version() -> int:
    """Return the server's major version."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000


def program_find(name: str) -> str:
    """Return the path of a client program; raises BackupError if it is missing or older than the server."""
    path, server = shutil.which(name), server_version()
    install = f"Install PostgreSQL's client programs, version {server} or newer (on Debian: postgresql-client-{server})"
    if path is None:
        raise BackupError(f"{name} was not found. {install}.")
    output = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
    version = re.search(r"\(PostgreSQL\) (\d+)", output)
    if version is None or int(version[1]) < server:
        found = f"version {version[1]}" if version else "of an unknown version"
        raise BackupError(f"{name} is {found}, and the server is version {server}. {install}, or change PATH.")
    return path


def access() -> tuple[str, dict[str, str]]:
    """Return how the programs reach the database: the connection string, and the environment with the password."""
    parameters = connection.get_connection_params()
    wanted = {name: value for name, value in parameters.items() if name not in NOT_OF_LIBPQ and value not in (None, "")}
    environment = {**os.environ, "PGAPPNAME": "callboard-backup"}
    if password := parameters.get("password"):
        environment["PGPASSWORD"] = str(password)
    return make_conninfo(**wanted), environment


def database_dump(folder: Path, progress: Progress) -> Path:
    """Write a consistent dump of the database in the custom format, and return its path."""
    target = folder / PART
    conninfo, environment = access()
    command = [program_find("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", f"--dbname={conninfo}"]
    with target.open("xb") as file, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=environment)
        written = 0
        with process:
            while process.stdout and (chunk := process.stdout.read(CHUNK)):
                file.write(chunk)
                written += len(chunk)
                progress(f"Dumping the database, {written // CHUNK + 1} MB", None)
        result_check("pg_dump", process.returncode, errors)
    return target


def database_check(folder: Path, progress: Progress) -> None:
    """Check that the dump can be read to its end; raises BackupError if it cannot."""
    progress("Checking the database", None)
    with tempfile.TemporaryFile() as errors:
        # Writing the script reads all rows.
        command = [program_find("pg_restore"), "--file=/dev/null", str(folder / PART)]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=errors, check=False)
        result_check("pg_restore", done.returncode, errors, damaged=True)


def database_restore(folder: Path, progress: Progress) -> None:
    """Replace the tables of the database by those of the checked dump, in one transaction."""
    conninfo, environment = access()
    read = [program_find("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(folder / PART)]
    write = [program_find("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    tables = connection.introspection.table_names()
    connection.close()
    with tempfile.TemporaryFile() as read_errors, tempfile.TemporaryFile() as write_errors:
        with (
            subprocess.Popen(read, stdout=subprocess.PIPE, stderr=read_errors) as reader,
            subprocess.Popen(
                [*write, f"--dbname={conninfo}", "--file=-"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=write_errors,
                env=environment,
            ) as writer,
        ):
            try:
                script_pass(reader, writer, tables, progress)
            except BrokenPipeError:
                reader.kill()
        result_check("psql", writer.returncode, write_errors)
        result_check("pg_restore", reader.returncode, read_errors)


def script_pass(
    reader: subprocess.Popen[bytes], writer: subprocess.Popen[bytes], tables: Sequence[str], progress: Progress
) -> None:
    """Drop the tables, and pass on the script that makes those of the dump. Only a complete script is committed."""
    assert reader.stdout is not None
    assert writer.stdin is not None
    with writer.stdin as target:
        target.write(b"BEGIN;\n" + drop_statements(tables))
        written = 0
        while chunk := reader.stdout.read(CHUNK):
            target.write(chunk)
            written += len(chunk)
            progress(f"Restoring the database, {written // CHUNK + 1} MB", None)
        if reader.wait() == 0:
            target.write(b"\nCOMMIT;\n")


def drop_statements(tables: Iterable[str]) -> bytes:
    """Return the statements that remove the tables."""
    quoted = connection.ops.quote_name
    return "".join(f"DROP TABLE IF EXISTS {quoted(table)} CASCADE;\n" for table in tables).encode()


def result_check(program: str, code: int | None, errors: IO[bytes], *, damaged: bool = False) -> None:
    """Raise BackupError with what the program printed unless it succeeded."""
    if code == 0:
        return
    errors.seek(0)
    lines = [line for line in errors.read().decode(errors="replace").splitlines() if line.strip()]
    shown = "\n".join(lines[:SHOWN_LINES]) or f"exit code {code}"
    start = "The backup's database is damaged" if damaged else f"{program} failed, and nothing was changed"
    raise BackupError(f"{start}: {shown}")

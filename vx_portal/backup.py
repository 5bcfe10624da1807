"""A backup: the database and people's files, with the SHA-256 of every byte of it.

    vx-20261128T031500Z/
        manifest.json       what made it, when, its last migrations, and the hashes of the next two
        database.sqlite3    or database.dump, of pg_dump
        files.jsonl         a line for each file: path, sha256, size
        files/              as below MEDIA_ROOT

The database comes first, then the files: a file is on the disk before its row is committed and is
never changed, so every row in a backup has its file. It is written under another name, which
changes when all is on the disk: what has a name is whole. The secret key is not in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient
from django.db.migrations.recorder import MigrationRecorder

from paperwork.models import Seal
from paperwork.restored import MARK

FORMAT = 1
CHUNK = 1024 * 1024  # bytes; all that is in memory of a file, however large
MANIFEST, LIST, FILES = "manifest.json", "files.jsonl", "files"
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
NAME = re.compile(r"vx-\d{8}T\d{6}Z")
UNFINISHED = re.compile(rf"\.({NAME.pattern})\.unfinished")
ABANDONED = timedelta(days=1)  # longer than any backup takes
PICTURES = ".pages"  # folders of pictures of pages, which are made again when somebody looks


class BackupError(Exception):
    """Why there is no backup, or why this one is not taken; a sentence for the operator."""


class Part(NamedTuple):
    """Some bytes and their hash."""

    sha256: str
    size: int


class Listed(NamedTuple):
    """One line of the list of files; `path` is below MEDIA_ROOT."""

    path: str
    sha256: str
    size: int


def make_backup(into: Path) -> Path:
    """Back the portal up, as it is now, into a new folder below `into`; returns that folder.

    May run while people work. Raises BackupError, and then leaves nothing behind; what one left
    that was killed goes first.
    """
    made_at = datetime.now(UTC)
    folder = into / f"vx-{made_at:%Y%m%dT%H%M%SZ}"
    unfinished = into / f".{folder.name}.unfinished"
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    remove_abandoned(into)
    try:
        unfinished.mkdir(mode=0o700)
    except FileExistsError:
        raise BackupError(f"A backup is being made into {unfinished} already.") from None
    try:
        sealed = last_seal()  # before the database, which has at least that
        database = unfinished / DATABASES[connection.vendor]
        dump_database(database)
        files, count = copy_files(Path(settings.MEDIA_ROOT), unfinished)
        manifest = {
            "format": FORMAT,
            "portal": portal_version(),
            "made_at": made_at.isoformat(timespec="seconds"),
            "engine": connection.vendor,
            "server": ".".join(map(str, connection.get_database_version())),
            "migrations": last_migrations(),
            "sealed": sealed,
            "database": hash_of(database)._asdict(),
            "files": {**files._asdict(), "count": count},
        }
        with (unfinished / MANIFEST).open("w") as file:
            json.dump(manifest, file, indent=1, sort_keys=True)
            _to_disk(file)
        for place, _folders, _files in os.walk(unfinished):
            _sync_folder(Path(place))
        unfinished.rename(folder)
        _sync_folder(into)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return folder


def prune(folder: Path, keep: int) -> list[Path]:
    """Remove all backups below `folder` but the newest `keep`; returns what has gone."""
    whole = sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name))
    old = whole[: max(0, len(whole) - keep)]
    for path in old:
        shutil.rmtree(path)
    return old


def remove_abandoned(folder: Path) -> None:
    """Remove what killed backups left below `folder`: those that were begun more than a day ago."""
    last = f"vx-{datetime.now(UTC) - ABANDONED:%Y%m%dT%H%M%SZ}"
    for path in folder.iterdir():
        found = UNFINISHED.fullmatch(path.name)
        if found and found[1] < last:
            shutil.rmtree(path)


def portal_version() -> str:
    text = (settings.BASE_DIR / "pyproject.toml").read_text()
    return str(tomllib.loads(text)["project"]["version"])


def last_migrations() -> dict[str, str]:
    """The last migration that each app has had."""
    return dict(sorted(MigrationRecorder(connection).applied_migrations()))


def last_seal() -> list[dict[str, Any]]:
    """The last seal of the audit trail: an end that was cut off later shows by it."""
    rows = Seal.objects.order_by("-number").values_list("number", "seal")[:1]
    return [{"number": number, "seal": seal} for number, seal in rows]


# --- The database ---------------------------------------------------------------------------------
def dump_database(target: Path) -> None:
    """Write the database as it is at one moment. Raises BackupError."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:  # a copy of the file would miss what is in the WAL
            cursor.execute("VACUUM INTO %s", [str(target)])
    else:
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"]
        run_tool("pg_dump", *options)
    target.chmod(0o600)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def run_tool(name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs on the portal's database. Raises BackupError.

    It must not be older than the server, whose dumps it would refuse halfway.
    """
    try:
        said = subprocess.run([name, "--version"], capture_output=True, text=True, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        raise BackupError(
            f"{name} is not installed: it comes with PostgreSQL's client programs"
            " (Debian: postgresql-client)."
        ) from None
    found = re.search(r"(\d+)(?:\.\d+)*", said.stdout)
    client, server = int(found[1]) if found else 0, connection.get_database_version()[0]
    if client < server:
        raise BackupError(
            f"{name} is of PostgreSQL {client}, the server of {server}: install the client"
            f" programs of {server} (Debian: postgresql-client-{server})."
        )
    done = subprocess.run(
        [name, *arguments], env=_database_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{name} failed: {done.stderr.strip()[-2000:]}")


def _database_environment() -> dict[str, str]:
    """How libpq finds the portal's database; a password on a command line could be read by all."""
    database: dict[str, Any] = connection.settings_dict
    _arguments, secrets = DatabaseClient.settings_to_cmd_args_env(database, [])
    places = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGDATABASE": "NAME"}
    given = {name: str(database[key]) for name, key in places.items() if database.get(key)}
    return {**os.environ, **(secrets or {}), **given}


# --- The files ------------------------------------------------------------------------------------
def copy_files(root: Path, into: Path) -> tuple[Part, int]:
    """Copy the files below `root`, write their list; returns the list's hash and how many.

    A file that is removed meanwhile is left out; one that is being written has no row yet.
    """
    count = 0
    (into / FILES).mkdir(mode=0o700)
    with (into / LIST).open("w") as listing:
        for path in _files_below(root):
            name = path.relative_to(root).as_posix()
            target = into / FILES / name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                part = copy(path, target)
            except FileNotFoundError:
                continue
            listing.write(f"{json.dumps(Listed(name, *part)._asdict())}\n")
            count += 1
        _to_disk(listing)
    return hash_of(into / LIST), count


def listed_files(folder: Path) -> Iterator[Listed]:
    """The files of the backup in `folder`, one by one. Raises BackupError."""
    with (folder / LIST).open() as listing:
        for line in listing:
            try:
                listed = Listed(**json.loads(line))
            except (ValueError, TypeError):
                raise BackupError(f"{LIST} has a line that cannot be read.") from None
            place = Path(listed.path)
            if place.is_absolute() or ".." in place.parts:
                raise BackupError(f"{LIST} names a file outside the backup.")
            yield listed


def copy(source: Path, target: Path) -> Part:
    """Copy one file to a new one, onto the disk; returns what was copied."""
    with source.open("rb") as original:
        handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as written:
            part = _read_through(original, written)
            _to_disk(written)
    return part


def hash_of(path: Path) -> Part:
    with path.open("rb") as file:
        return _read_through(file, None)


def _read_through(source: IO[bytes], target: IO[bytes] | None) -> Part:
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if target is not None:
            target.write(chunk)
    return Part(digest.hexdigest(), size)


def _files_below(root: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.endswith(PICTURES))
        yield from (Path(place) / name for name in sorted(files) if name != MARK)


def _to_disk(file: IO[Any]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

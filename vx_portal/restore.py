"""Bringing a backup back, into an empty database and an empty folder; nothing goes out twice."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from paperwork import digest, restored
from paperwork.models import Document, Notice, Owed
from paperwork.verifying import Anchor
from paperwork.verifying import verify as verify_events
from privacy.models import DataCopy
from privacy.services import retention
from vx_portal import coming_round
from vx_portal.backup import (
    DATABASES,
    FILES,
    FORMAT,
    LIST,
    MANIFEST,
    BackupError,
    Part,
    copy,
    hash_of,
    listed_files,
    run_tool,
)


class Held(NamedTuple):
    """What a restored portal does not do by itself."""

    notices: int  # that wait for the office to say whether they go
    sessions: int  # that have ended
    until: datetime | None  # where a clock failed: what they owe until then is held too


def restore(folder: Path, say: Callable[[str], object]) -> Held:
    """Restore the backup in `folder` to where the settings point. Raises BackupError.

    All that could refuse it comes first: until every hash has been checked nothing is written. Who
    stops in the middle leaves a mark behind, and a portal that does not start.
    """
    manifest = verify(folder)
    refuse_what_is_not_empty()
    say(f"The backup of {manifest['made_at']} is whole. Files…")
    root = Path(settings.MEDIA_ROOT)
    restored.begin()
    for listed in listed_files(folder):
        target = root / listed.path
        target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        if copy(folder / FILES / listed.path, target) != (listed.sha256, listed.size):
            raise BackupError(f"{listed.path} has changed while it was copied.")
        target.chmod(settings.FILE_UPLOAD_PERMISSIONS or 0o640)
    _put_seals_aside()
    say("Database…")
    load_database(folder / DATABASES[manifest["engine"]], Part(**manifest["database"]))
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable")
    if verify_events(Anchor(**one) for one in manifest.get("sealed", [])).faults:
        say("The audit trail is not as it was written: see `manage.py verify_events`.")
    now = timezone.now()
    whole = coming_round.come_round(now)
    sessions = hold_back(now)
    until = restored.finish(now, come_round=whole)
    held = Notice.objects.filter(state=Owed.State.UNCERTAIN, error=restored.ERROR)
    return Held(held.count(), sessions, None if whole else until)


def _put_seals_aside() -> None:
    """The seals that were carried out may go on longer than the backup: they are not continued."""
    path = Path(settings.SEALS_FILE)
    if path.exists():
        path.rename(path.with_name(f"{path.stem}-until-{timezone.now():%Y%m%dT%H%M%SZ}.jsonl"))


def verify(folder: Path) -> dict[str, Any]:
    """The manifest of the backup in `folder`, once all of it has been found as it was made.

    Raises BackupError for one that is cut off, changed, of another engine or of a newer portal.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        database, files = Part(**manifest["database"]), dict(manifest["files"])
        engine, migrations = str(manifest["engine"]), dict(manifest["migrations"])
    except FileNotFoundError:
        raise BackupError(f"There is no whole backup in {folder}: {MANIFEST} is missing.") from None
    except (ValueError, TypeError, KeyError):
        raise BackupError(f"{folder / MANIFEST} cannot be read.") from None
    if manifest["format"] != FORMAT:
        raise BackupError("The backup was made by a portal that writes them otherwise.")
    if engine != connection.vendor:
        raise BackupError(f"The backup is of {engine}; DATABASE_URL points to {connection.vendor}.")
    shipped = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    if unknown := sorted(set(migrations.items()) - shipped):
        raise BackupError(
            f"The backup is of a newer portal ({manifest['portal']}):"
            f" {'.'.join(unknown[0])} is unknown here."
        )
    _same(folder / DATABASES[engine], database)
    _same(folder / LIST, Part(files["sha256"], files["size"]))
    for listed in listed_files(folder):
        _same(folder / FILES / listed.path, Part(listed.sha256, listed.size))
    return dict(manifest)


def _same(path: Path, part: Part) -> None:
    try:
        found = hash_of(path)
    except OSError:
        raise BackupError(f"The backup is not whole: {path.name} cannot be read.") from None
    if found != part:
        raise BackupError(f"The backup has changed: {path.name} is not what was written.")


def refuse_what_is_not_empty() -> None:
    """Raise BackupError unless the database has no tables and MEDIA_ROOT no files."""
    try:
        tables = connection.introspection.table_names()
    except DatabaseError as error:
        raise BackupError(f"The database does not answer: {type(error).__name__}.") from None
    if tables:
        raise BackupError("The database is not empty. Give DATABASE_URL a new one.")
    root = Path(settings.MEDIA_ROOT)
    if root.exists() and any(root.iterdir()):
        raise BackupError(f"{root} is not empty. Give MEDIA_ROOT an empty folder.")


def load_database(dump: Path, part: Part) -> None:
    """Fill the empty database: all of it, or nothing. Raises BackupError."""
    if connection.vendor == "sqlite":
        target = Path(connection.settings_dict["NAME"])
        connection.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{target}{suffix}").unlink(missing_ok=True)
        beside = target.with_name(f"{target.name}.restored")
        beside.unlink(missing_ok=True)
        if copy(dump, beside) != part:
            raise BackupError(f"{dump.name} has changed while it was copied.")
        os.replace(beside, target)
    else:
        options = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
        name = connection.settings_dict["NAME"]
        connection.close()
        run_tool("pg_restore", *options, f"--dbname={name}", str(dump))


@transaction.atomic
def hold_back(now: datetime) -> int:
    """What was owed at the time of the backup may have gone after it: the office decides on each.

    So do digests: those that may have been sent are made now, and held. Sessions end, as some had
    been ended since; what was counted and remembered in the cache is of another time. What would be
    deleted waits its usual days anew: it may have been put on hold after the backup. Returns how
    many sessions have ended.
    """
    retention.put_off(timezone.localdate(now))
    for user_id in digest.readers(now):
        digest.gather(user_id, now)
    Notice.objects.unfinished().update(
        state=Owed.State.UNCERTAIN, lease_until=None, error=restored.ERROR
    )
    # A document that is made twice is the same one: they are made as if nothing had happened.
    for model in (Document, DataCopy):
        model._default_manager.filter(lease_until__isnull=False).update(
            state=Owed.State.NEW, lease_until=None
        )
    UserSession.objects.all().delete()
    sessions = Session.objects.all().delete()[0]
    for cache in caches.all():
        cache.clear()
    return sessions

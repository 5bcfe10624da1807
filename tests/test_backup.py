"""What a backup is taken for: whole, of this engine, of a portal that we know."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from vx_portal import backup
from vx_portal.backup import BackupError, copy_files, hash_of, make_backup, prune, run_tool
from vx_portal.restore import verify


@pytest.fixture
def media(tmp_path: Path, settings: object) -> Path:
    """Three files, one of them empty, and a folder of pictures."""
    root = tmp_path / "media"
    for name in (
        "given/ab/one.pdf",
        "given/cd/two.pdf",
        "made/three.pdf",
        "given/ab/one.pages/1.png",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode() * 1000 if "two" not in name else b"")
    settings.MEDIA_ROOT = root  # type: ignore[attr-defined]
    return root


@pytest.fixture
def made(media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Path:
    """A backup whose database is not one: dumping is for tests with an engine of their own."""
    monkeypatch.setattr(backup, "dump_database", lambda target: target.write_bytes(b"rows" * 500))
    return make_backup(tmp_path / "backups")


def test_a_backup_is_whole(made: Path) -> None:
    manifest = verify(made)

    assert manifest["engine"] == connection.vendor
    assert manifest["files"]["count"] == 3
    assert manifest["migrations"]["paperwork"]
    assert (made / "files/given/ab/one.pdf").read_bytes() == b"given/ab/one.pdf" * 1000
    assert not list(made.rglob("*.png"))  # made again when somebody looks
    assert [path.name for path in made.parent.iterdir()] == [made.name]
    assert made.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["files/given/ab/one.pdf", "files.jsonl", "database"])
@pytest.mark.parametrize("how", ["changed", "cut off", "gone"])
def test_any_harm_is_seen(made: Path, name: str, how: str) -> None:
    path = made / (backup.DATABASES[connection.vendor] if name == "database" else name)
    content = path.read_bytes()
    if how == "changed":
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif how == "cut off":
        path.write_bytes(content[:-1])
    else:
        path.unlink()

    with pytest.raises(BackupError, match=path.name):
        verify(made)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"engine": "oracle"}, "The backup is of oracle"),
        ({"format": 99}, "writes them otherwise"),
        ({"migrations": {"paperwork": "9999_from_the_future"}}, "of a newer portal"),
        ({"database": "nothing"}, "cannot be read"),
    ],
)
def test_what_is_not_for_this_portal_is_refused(
    made: Path, change: dict[str, object], says: str
) -> None:
    manifest = json.loads((made / "manifest.json").read_text())
    (made / "manifest.json").write_text(json.dumps(manifest | change))

    with pytest.raises(BackupError, match=says):
        verify(made)


def test_a_list_that_leads_outside_is_refused(made: Path) -> None:
    line = json.dumps({"path": "../../secret", "sha256": "0", "size": 0})
    (made / "files.jsonl").write_text(f"{line}\n")
    manifest = json.loads((made / "manifest.json").read_text())
    manifest["files"] |= hash_of(made / "files.jsonl")._asdict()
    (made / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(BackupError, match="outside"):
        verify(made)


def test_a_failed_backup_leaves_nothing(
    media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    def fail(target: Path) -> None:
        target.write_bytes(b"half")
        raise BackupError("the disk is full")

    monkeypatch.setattr(backup, "dump_database", fail)

    with pytest.raises(CommandError, match="the disk is full"):
        call_command("backup", "--to", str(tmp_path / "backups"))
    assert list((tmp_path / "backups").iterdir()) == []


def test_what_a_killed_backup_left_goes_with_the_next(made: Path) -> None:
    now = datetime.now(UTC)
    killed, running = (
        made.parent / f".vx-{now - timedelta(hours=hours):%Y%m%dT%H%M%SZ}.unfinished"
        for hours in (25, 23)
    )
    other = made.parent / ".vx-notes.unfinished"
    for folder in (killed, running, other):
        (folder / "files").mkdir(parents=True)
        (folder / "files/copy").write_bytes(b"a person's")

    with time_machine.travel(now + timedelta(seconds=5), tick=False):
        make_backup(made.parent)

    assert not killed.exists()
    assert running.exists()  # as it may be
    assert other.exists()


def test_a_file_that_goes_meanwhile_is_left_out(
    media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = backup.copy

    def copy(source: Path, target: Path) -> backup.Part:
        if source.name == "one.pdf":
            source.unlink()
        return whole(source, target)

    monkeypatch.setattr(backup, "copy", copy)

    assert copy_files(media, tmp_path)[1] == 2


def test_only_old_backups_are_removed(tmp_path: Path) -> None:
    names = [f"vx-2026110{day}T030000Z" for day in range(1, 6)]
    for name in [*names, "notes", ".vx-20261106T030000Z.unfinished"]:
        (tmp_path / name).mkdir()

    removed = prune(tmp_path, 2)

    assert [path.name for path in removed] == names[:3]
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (None, "pg_dump is not installed"),
        ("echo 'pg_dump (PostgreSQL) 2.1'", "of PostgreSQL 2, the server of"),
        ("test -n \"$1\" && test $1 = --version && echo 'pg_dump (PostgreSQL) 99.1' && exit; "
         "echo 'no space left' >&2; exit 1", "pg_dump failed: no space left"),
    ],
    ids=["missing", "too old", "failing"],
)  # fmt: skip
def test_postgresqls_tools_are_named_when_they_do_not_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None, script: str | None, says: str
) -> None:
    if script is not None:
        (tmp_path / "pg_dump").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path) + (":/usr/bin:/bin" if script else ""))

    with pytest.raises(BackupError, match=says):
        run_tool("pg_dump", "--format=custom")


def test_backups_are_not_in_the_repository() -> None:
    assert "/backups/" in (settings.BASE_DIR / ".gitignore").read_text().split()

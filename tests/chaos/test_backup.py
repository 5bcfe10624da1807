"""Backup while people work, restore elsewhere: the same rows and files, and nothing sent twice."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.production import SECRET_KEY, Database
from tests.running import wait_until

pytestmark = pytest.mark.chaos

# One cause after the other: a file and its row, a message, and then a line that says it is done.
WRITER = """
import hashlib, os, sys
from django.db import transaction
from accounts.models import User
from paperwork import filing
from paperwork.models import Attachment
from paperwork.services.notices import Link, owe_notice
reader = User.objects.get(email="reader@university.example")
for number in range({many}):
    content = b"%PDF- " + os.urandom(2000)
    name = filing.write("given", ".pdf", content)
    with transaction.atomic():
        Attachment.objects.create(
            purpose="test", file=name, name="file.pdf", content_type="application/pdf",
            size=len(content), sha256=hashlib.sha256(content).hexdigest(), given_by=reader,
            given_by_name="Reader",
        )
        owe_notice("test", f"{key}-{{number}}", reader, {{}}, link=Link("home"))
    print(f"{key}-{{number}}", flush=True)
"""
MAKE = """
from tests import factories
from django.utils import timezone
from datetime import timedelta
from django.contrib.sessions.models import Session
from paperwork.models import MailChoice, Notice
factories.UserFactory.create(email="reader@university.example")
daily = factories.UserFactory.create(email="daily@university.example")
MailChoice.objects.create(user=daily, kind="accounts.role_given", when="daily")
Notice.objects.create(key="for-the-digest", kind="accounts.role_given", recipient=daily,
                      language="nl", subject="Je hebt een rol", text="Welkom.", state="off")
Session.objects.create(session_key="x", session_data="", expire_date=timezone.now() + timedelta(1))
"""
STATES = """
import contextlib
import json
from django.db.models import Count
from paperwork.models import Notice
print(json.dumps(dict(Notice.objects.order_by().values_list("state").annotate(Count("pk")))))
"""
# What each row says that a restore leaves as it is, by its key.
ROWS = """
import contextlib
import json
from django.core.serializers.json import DjangoJSONEncoder
from accounts.models import User
from paperwork.models import Attachment, Notice
free = {"state", "lease_until", "error", "attempts", "digest_id", "read_at"}
rows = {}
for model in (User, Attachment, Notice):
    for row in model.objects.values():
        kept = {k: v for k, v in row.items() if not (model is Notice and k in free)}
        rows[f"{model.__name__} {row['id']}"] = kept
print(json.dumps(rows, cls=DjangoJSONEncoder))
"""
# What workers would send now, whatever the day and hour.
SWEEP = """
from django.utils import timezone
from paperwork import digest, tasks
tasks.sweep()
for reader in digest.readers(timezone.now()): digest.gather(reader, timezone.now())
tasks.sweep()
"""


class Installation:
    """A portal that has its own database, files and mails, in `folder`."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.media = folder / "media"
        (folder / "var" / "fonts").mkdir(parents=True)
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = keep | {
            "VAR_DIR": str(folder / "var"),
            "MEDIA_ROOT": str(self.media),
            "DATABASE_URL": database_url,
            "SECRET_KEY": SECRET_KEY,
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def manage(self, *arguments: str, ok: bool = True) -> str:
        """What a command says, on both streams."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        assert (process.returncode == 0) is ok, out + err
        return out + err

    def python(self, code: str) -> str:
        process = self.start("shell", "-v0", "-c", code)
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        return out.strip()

    def prepare(self) -> None:
        self.manage("migrate", "-v0")
        self.manage("createcachetable")
        self.python(MAKE)

    def backup(self) -> Path:
        return Path(self.manage("backup", "--to", str(self.folder / "backups")).strip())

    def mails(self) -> int:
        folder = self.folder / "var" / "mail"
        return sum(1 for _path in folder.iterdir()) if folder.exists() else 0

    def rows(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.python(ROWS))
        return found


type Make = Callable[[str], Installation]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def install(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Make]:
    """Make an installation, by name, on the engine that is being tested."""
    databases = []

    def make(name: str) -> Installation:
        folder = tmp_path_factory.mktemp(name)
        if request.param == "sqlite":
            return Installation(folder, f"sqlite:///{folder}/db.sqlite3")
        databases.append(Database())
        databases[-1].make()
        return Installation(folder, databases[-1].url)

    yield make
    for database in databases:
        database.drop()


@pytest.fixture(scope="module")
def original(install: Make) -> Installation:
    installation = install("original")
    installation.prepare()
    return installation


def acknowledged(writer: subprocess.Popen[str], wanted: int) -> list[str]:
    assert writer.stdout
    return [writer.stdout.readline().strip() for _number in range(wanted)]


def test_backup_under_load_and_restore(
    install: Make, original: Installation, tmp_path: Path
) -> None:
    writer = original.start("shell", "-v0", "-c", WRITER.format(many=100_000, key="load"))
    before = acknowledged(writer, 200)
    copied = tmp_path / "copied.sqlite3"
    if (original.folder / "db.sqlite3").exists():  # the control
        shutil.copyfile(original.folder / "db.sqlite3", copied)

    backup = original.backup()

    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    manifest = json.loads((backup / "manifest.json").read_text())
    other = install("other")
    said = other.manage("restore", str(backup))
    rows, restored = original.rows(), other.rows()
    keys = {row["key"] for name, row in restored.items() if name.startswith("Notice")}  # type: ignore[index]
    print(f"{manifest['engine']}: {len(before)} acknowledged before, {len(restored)} rows restored")

    assert "Sound:" in said
    assert set(before) <= keys
    digests = {name for name in restored if name not in rows}  # made and held by the restore
    assert len(digests) == 1
    assert {name: rows[name] for name in restored if name in rows} == {
        name: row for name, row in restored.items() if name in rows
    }
    assert sum(1 for path in other.media.rglob("*") if path.is_file()) == manifest["files"]["count"]

    if copied.exists():
        with contextlib.closing(sqlite3.connect(copied)) as plain:
            has = {key for (key,) in plain.execute("SELECT key FROM paperwork_notice")}
        missing = set(before) - has
        print(f"a plain copy of the file misses {len(missing)} of {len(before)}")
        assert missing

    # Nothing that may have gone goes again.
    states = json.loads(other.python(STATES))
    assert states == {"uncertain": len(keys) - 1, "off": 1}  # which stands in the digest
    other.python(SWEEP)
    assert other.mails() == 0
    assert other.python("from django.contrib.sessions.models import Session as S;"
                        "print(S.objects.count())") == "0"  # fmt: skip
    # Without that it would have gone.
    original.python(SWEEP)
    assert original.mails() > 100


def test_a_changed_byte_is_seen_before_anything_is_written(
    install: Make, original: Installation, tmp_path: Path
) -> None:
    original.python(WRITER.format(many=3, key="changed"))
    backup = original.backup()
    target = install("refusing")
    file, database = next((backup / "files").rglob("*.pdf")), next(backup.glob("database.*"))

    whole = file.read_bytes()
    file.write_bytes(whole[:99] + bytes([whole[99] ^ 1]) + whole[100:])
    assert f"{file.name} is not what" in target.manage("restore", str(backup), ok=False)
    file.write_bytes(whole)
    whole = database.read_bytes()
    database.write_bytes(whole[: len(whole) // 2])
    assert f"{database.name} is not what" in target.manage("restore", str(backup), ok=False)
    database.write_bytes(whole)
    (backup / "manifest.json").rename(tmp_path / "manifest.json")
    assert "no whole backup" in target.manage("restore", str(backup), ok=False)
    (tmp_path / "manifest.json").rename(backup / "manifest.json")

    assert not target.media.exists()
    assert "Sound:" in target.manage("restore", str(backup))  # and it is taken as it was


def test_restoring_over_data_is_refused(install: Make, original: Installation) -> None:
    backup = original.backup()
    before = original.rows()

    assert "database is not empty" in original.manage("restore", str(backup), ok=False)
    empty = install("files-only")
    empty.media.mkdir()
    (empty.media / "somebody's").touch()
    assert f"{empty.media} is not empty" in empty.manage("restore", str(backup), ok=False)
    assert original.rows() == before


def test_a_killed_backup_is_none(install: Make, original: Installation) -> None:
    original.python(WRITER.format(many=400, key="killed"))
    backups = original.folder / "killed"
    process = original.start("backup", "--to", str(backups))
    wait_until(lambda: backups.exists() and any(backups.iterdir()), 30, "it begins")

    process.kill()
    process.communicate()

    left = [path.name for path in backups.iterdir() if not path.name.startswith(".")]
    unfinished = next(path for path in backups.iterdir() if path.name.startswith("."))
    assert left == []
    assert "no whole backup" in install("killed").manage("restore", str(unfinished), ok=False)


def test_integrity_is_checked(original: Installation) -> None:
    original.python(WRITER.format(many=2, key="integrity"))
    assert "Sound:" in original.manage("check_integrity")
    first, second = list((original.media / "given").iterdir())[:2]
    whole = first.read_bytes()

    first.write_bytes(whole + b"x")
    second.rename(second.with_suffix(".away"))
    said = original.manage("check_integrity", ok=False)

    first.write_bytes(whole)
    second.with_suffix(".away").rename(second)
    assert "not the one that it was" in said
    assert "is not there" in said
    assert "Faults: 2" in said


MANY = """
import hashlib, os
from django.utils import timezone
from accounts.models import User
from paperwork import filing
from paperwork.models import Attachment, Event, Notice
reader = User.objects.get(email="reader@university.example")
def notice(n):
    return Notice(key=f"many-{n}", kind="test", recipient=reader, language="nl", subject="Iets",
                  text="Een alinea. " * 20, state="done", done_at=timezone.now())
Notice.objects.bulk_create([notice(n) for n in range(30_000)], batch_size=2000)
Event.objects.bulk_create(
    [Event(subject_kind="courses.course", subject_id=n, action="opened", actor=reader,
           actor_name="Reader") for n in range(15_000)], batch_size=2000)
content = os.urandom(100_000)
sha = hashlib.sha256(content).hexdigest()
files = [filing.write("given", ".pdf", content) for _ in range(1_000)]
Attachment.objects.bulk_create(
    [Attachment(purpose="test", file=f, name="f.pdf", content_type="application/pdf",
                size=len(content), sha256=sha, given_by_name="Reader") for f in files])
"""


def test_how_long_it_takes(install: Make) -> None:
    """50 000 rows and 100 MB of files; printed, and within what we promise."""
    large = install("large")
    large.prepare()
    large.python(MANY)

    started = time.monotonic()
    backup = large.backup()
    backing = time.monotonic() - started
    started = time.monotonic()
    install("again").manage("restore", str(backup))
    restoring = time.monotonic() - started

    print(f"46 000 rows, 100 MB of files: backup {backing:.1f} s, restore {restoring:.1f} s")
    assert restoring < 300

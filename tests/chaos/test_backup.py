"""Backup while people work, restore elsewhere: the same rows and files, and nothing sent twice."""

from __future__ import annotations

import contextlib
import json
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

from tests.chaos.installations import Installation
from tests.production import Database
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
STATES = """
import json
from django.db.models import Count
from paperwork.models import Notice
print(json.dumps(dict(Notice.objects.order_by().values_list("state").annotate(Count("pk")))))
"""
# What workers would send now, whatever the day and hour.
SWEEP = """
from django.utils import timezone
from paperwork import digest, tasks
tasks.sweep()
for reader in digest.readers(timezone.now()): digest.gather(reader, timezone.now())
tasks.sweep()
"""

# Work that waits too long, and what the clocks owe about it at one moment.
OVERDUE = """
import time_machine
from datetime import timedelta
from django.utils import timezone
from tests.enrolments.cases import case_of, make_cast
due = timezone.localdate() - timedelta(days=7)
with time_machine.travel(timezone.now() - timedelta(days=14)):  # their roles began before that
    case_of(make_cast(), "submitted", due_on=due)
"""
CLOCKS = """
import time_machine
from datetime import datetime, time, timedelta
from django.utils import timezone
from paperwork import digest, tasks, working_days
from paperwork.models import Notice
from enrolments.tasks import every_hour as applications, every_minute, every_night
from exams.tasks import every_hour as exams, every_night as exams_by_night
from grades.tasks import every_hour as transcripts
morning = working_days.add_working_days(timezone.localdate() + timedelta(days=1), 0)
last = working_days.last_work_time(timezone.now())
coming = timezone.make_aware(datetime.combine(morning, time(8, 15)))
with time_machine.travel({moment}):
    for run in (exams_by_night, every_night, every_minute, applications, exams, transcripts):
        run()
    tasks.gather_digests()
    tasks.sweep()
print(*Notice.objects.filter(request_id="").values_list("key", flat=True))
"""
# A restore that dies when the database is there, before anything else was done to it.
DIES = """
import os, signal
from pathlib import Path
from vx_portal import restore
restore.call_command = lambda *_said, **_how: os.kill(os.getpid(), signal.SIGKILL)
restore.restore(Path({folder!r}), print)
"""


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
    files = [path for path in other.media.rglob("*") if path.is_file() and path.name != ".restored"]
    assert len(files) == manifest["files"]["count"]

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


def test_what_the_clocks_told_is_not_told_again(install: Make, original: Installation) -> None:
    """They told it after the backup was made, and the restored portal does not know."""
    original.python(OVERDUE)
    backup = original.backup()
    before = original.mails()
    told = set(original.python(CLOCKS.format(moment="last")).split())
    assert original.mails() > before
    other = install("clocks")

    said = other.manage("restore", str(backup))

    again = set(other.python(CLOCKS.format(moment="last")).split())
    repeated = {key for key in told & again if key.startswith("enrolment-overdue")}
    assert len(repeated) == 1  # to the coordinator
    assert "A clock failed" not in said
    assert other.mails() == 0
    # The next morning the same work is late by another day: that nobody has told, and it goes.
    other.python(CLOCKS.format(moment="coming"))
    assert other.mails() > 0


def test_a_restore_that_dies_half_way_starts_nothing(install: Make, original: Installation) -> None:
    original.python(WRITER.format(many=20, key="half-way"))
    backup, half = original.backup(), install("half")
    process = half.start("shell", "-v0", "-c", DIES.format(folder=str(backup)))
    process.communicate()

    assert process.returncode == -signal.SIGKILL
    for command in (["prepare"], ["restore", str(backup)], ["shell", "-c", SWEEP]):
        assert "stopped half way" in half.manage(*command, ok=False)
    worker = [sys.executable, "-m", "celery", "--app=vx_portal", "worker"]
    done = subprocess.run(
        worker, cwd=settings.BASE_DIR, env=half.environment, capture_output=True, timeout=60
    )
    assert done.returncode
    assert b"stopped half way" in done.stderr
    assert half.mails() == 0
    # The control: without the mark it would have sent what may have gone.
    (half.media / ".restored").unlink()
    half.manage("migrate", "-v0")
    half.python(SWEEP)
    assert half.mails() >= 20


def test_restoring_beside_the_portal(install: Make, original: Installation) -> None:
    backup, before = original.backup(), original.rows()
    where = original.folder / "practice"
    into = [str(where)]
    if "postgres" in original.environment["DATABASE_URL"]:
        assert "--into wants a folder and the address" in original.manage(
            "restore", str(backup), "--into", *into, ok=False
        )
        into.append(install("practice").environment["DATABASE_URL"])

    said = original.manage("restore", str(backup), "--into", *into)

    assert "Sound:" in said
    assert original.rows() == before
    manifest = json.loads((backup / "manifest.json").read_text())
    copied = [path for path in (where / "media").rglob("*.*") if path.name != ".restored"]
    assert len(copied) == manifest["files"]["count"]
    assert "not empty" in original.manage("restore", str(backup), "--into", *into, ok=False)


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
from paperwork import chain, filing
from paperwork.models import Attachment, Event, Notice
reader = User.objects.get(email="reader@university.example")
def notice(n):
    return Notice(key=f"many-{n}", kind="test", recipient=reader, language="nl", subject="Iets",
                  text="Een alinea. " * 20, state="done", done_at=timezone.now())
Notice.objects.bulk_create([notice(n) for n in range(30_000)], batch_size=2000)
Event.objects.bulk_create(
    [chain.sign(Event(subject_kind="courses.course", subject_id=n, action="opened", actor=reader,
                      actor_name="Reader")) for n in range(15_000)], batch_size=2000)
content = os.urandom(100_000)
sha = hashlib.sha256(content).hexdigest()
files = [filing.write("given", ".pdf", content) for _ in range(1_000)]
Attachment.objects.bulk_create(
    [Attachment(purpose="test", file=f, name="f.pdf", content_type="application/pdf",
                size=len(content), sha256=sha, given_by_name="Reader") for f in files])
"""


def test_how_long_it_takes(install: Make, figure: Callable[..., None]) -> None:
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

    what = "restoring 46,000 rows and 100 MB of files"
    figure(what, round(restoring, 1), "s", "under 300 s")
    print(f"46 000 rows, 100 MB of files: backup {backing:.1f} s, restore {restoring:.1f} s")
    assert restoring < 300

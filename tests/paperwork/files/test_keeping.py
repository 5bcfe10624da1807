"""Keeping a file: its name, its quota, its place on the disk; and nothing without its row."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as portal_settings
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone, translation

from paperwork import filing, quotas, uploads
from paperwork.models import Attachment
from paperwork.naming import tidy_name
from paperwork.quotas import Quota
from paperwork.services.events import Outsider
from paperwork.services.files import FileRefusedError, keep, remove, sweep
from paperwork.tasks import sweep_files
from paperwork.uploads import CheckedUpload, Found
from tests import factories
from tests.paperwork.files.conftest import upload
from tests.paperwork.files.samples import HOSTILE, photo, plain
from tests.races import at_once

PDF = Found("application/pdf", 1)


def quick(name: str = "brief.pdf", content: bytes | None = None) -> CheckedUpload:
    """An upload that a field has checked already."""
    return CheckedUpload(upload(content, name), PDF)


class TestKeep:
    def test_the_bytes_stay_as_they_were_given(self, db: None, media: Path) -> None:
        student = factories.StudentFactory.create()
        content = plain(3)

        kept = keep(upload(content), purpose="letter", by=student, about=student)

        lies = media / kept.file
        assert lies.read_bytes() == content
        assert lies.stat().st_mode & 0o777 == 0o640
        assert kept.sha256 == hashlib.sha256(content).hexdigest()
        assert (kept.size, kept.pages, kept.content_type) == (len(content), 3, "application/pdf")
        assert list(Attachment.objects.about(student)) == [kept]

    def test_what_it_is_is_seen_by_its_content(self, db: None) -> None:
        student = factories.StudentFactory.create()

        kept = keep(upload(photo("PNG"), "letter.pdf"), purpose="letter", by=student)

        assert kept.content_type == "image/png"
        assert kept.name == "letter.pdf.png"

    def test_a_hostile_one_is_refused_in_words_and_leaves_nothing(
        self, db: None, media: Path
    ) -> None:
        student = factories.StudentFactory.create()
        with translation.override("en"), pytest.raises(FileRefusedError, match="Print it to"):
            keep(upload(HOSTILE["script"][0]()), purpose="letter", by=student)
        with pytest.raises(FileRefusedError, match="leeg"):
            keep(upload(b""), purpose="letter", by=student)

        assert not Attachment.objects.exists()
        assert not media.exists()

    def test_somebody_without_an_account_gives_one(self, db: None) -> None:
        student = factories.StudentFactory.create()

        kept = keep(quick(), purpose="letter", by=Outsider("Board", "board"), quota_of=student)

        assert (kept.given_by, kept.given_by_name) == (None, "Board")
        assert not Attachment.objects.visible_to(student).exists()

    def test_what_is_rolled_back_has_no_row(self, db: None) -> None:
        student = factories.StudentFactory.create()

        with transaction.atomic():
            keep(quick(), purpose="letter", by=student)
            transaction.set_rollback(True)

        assert not Attachment.objects.exists()

    def test_removed_is_removed(
        self, db: None, media: Path, django_capture_on_commit_callbacks: Callable[..., object]
    ) -> None:
        kept = keep(quick(), purpose="letter", by=factories.StudentFactory.create())

        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
            remove(kept)

        assert not (media / kept.file).exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("brief.pdf", "brief.pdf"),
        ("Brief.PDF", "Brief.pdf"),
        ("brief", "brief.pdf"),
        ("brief.exe", "brief.exe.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\brief.pdf", "brief.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie: x=1.pdf"),
        ("\u202efdp.exe", "fdp.exe.pdf"),  # from right to left
        ("a\u2066b\u200bc\x00d.pdf", "abcd.pdf"),
        ("cafe\u0301.pdf", "caf\u00e9.pdf"),
        ("  .. a   b .pdf", "a b.pdf"),
        ("", "file.pdf"),
        (".pdf", "file.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_says_what_its_giver_called_it_and_nothing_more(given: str, kept: str) -> None:
    assert tidy_name(given, "application/pdf") == kept
    assert len(tidy_name(given, "application/pdf")) <= 120


class TestQuota:
    def test_so_many_a_day(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(quotas, "STUDENT_QUOTA", Quota(2, 10**6))
        student, other = factories.StudentFactory.create(), factories.StudentFactory.create()
        for _number in range(2):
            keep(quick(), purpose="letter", by=student)

        with pytest.raises(FileRefusedError, match="2 bestanden"):
            keep(quick(), purpose="letter", by=student)
        keep(quick(), purpose="letter", by=other)
        Attachment.objects.update(given_at=timezone.now() - timedelta(days=2))
        keep(quick(), purpose="letter", by=student)

    def test_so_much_in_all(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(quotas, "STUDENT_QUOTA", Quota(20, 3 * 1024 * 1024))
        student = factories.StudentFactory.create()
        keep(quick(content=b"x" * 2 * 1024 * 1024), purpose="letter", by=student)

        with pytest.raises(FileRefusedError, match="3 MB"):
            keep(quick(content=b"x" * 2 * 1024 * 1024), purpose="letter", by=student)

    def test_staff_send_transcripts_of_a_whole_course(self, db: None) -> None:
        assert quotas.STAFF_QUOTA.files_a_day >= 10 * quotas.STUDENT_QUOTA.files_a_day
        assert quotas.STUDENT_QUOTA == (20, 100 * 1024 * 1024)

    def test_who_has_no_account_is_counted_by_the_link(
        self, db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(quotas, "LINK_QUOTA", Quota(2, 10**6))
        link, another = factories.FacultyFactory.create_batch(2)  # any row would do

        def give(number: int, by: Model = link) -> Attachment:
            outsider = Outsider(f"Kim {number}", "home")  # another name each time
            return keep(quick(), purpose="letter", by=outsider, quota_of=by)

        give(1)
        give(2)
        with translation.override("en"), pytest.raises(FileRefusedError, match="2 files have come"):
            give(3)
        give(3, another)
        monkeypatch.setattr(quotas, "LINK_QUOTA", Quota(20, 2 * 1024 * 1024))
        with translation.override("en"), pytest.raises(FileRefusedError, match="than 2 MB"):
            keep(
                quick(content=b"x" * 2 * 1024 * 1024),
                purpose="letter",
                by=Outsider("Kim", "home"),
                quota_of=link,
            )
        with pytest.raises(ValueError, match="nothing counts it"):
            keep(quick(), purpose="letter", by=Outsider("Kim", "home"))

    def test_many_at_once_do_not_pass_it(
        self, transactional_db: None, media: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(quotas, "STUDENT_QUOTA", Quota(3, 10**6))
        student = factories.StudentFactory.create()

        results = at_once([lambda: keep(quick(), purpose="letter", by=student)] * 8)

        refused = [result for result in results if isinstance(result, FileRefusedError)]
        assert (Attachment.objects.count(), len(refused)) == (3, 5), results
        assert len([path for path in media.rglob("*") if path.is_file()]) == 3

    def test_without_the_lock_they_would(
        self, transactional_db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(quotas, "STUDENT_QUOTA", Quota(3, 10**6))
        student = factories.StudentFactory.create()
        monkeypatch.setattr(quotas, "lock", lambda _counted: None)

        at_once([lambda: keep(quick(), purpose="letter", by=student)] * 16)

        one_writer_at_a_time = connection.vendor == "sqlite"
        assert (Attachment.objects.count() == 3) is one_writer_at_a_time


def make_old(*paths: Path) -> None:
    for path in paths:
        moment = time.time() - 25 * 3600
        os.utime(path, (moment, moment))


class TestSweep:
    def test_what_nobody_claimed_for_a_day_goes(self, db: None, media: Path) -> None:
        student = factories.StudentFactory.create()
        waiting = keep(quick(), purpose="", by=student)
        fresh = keep(quick(), purpose="", by=student)
        claimed = keep(quick(), purpose="letter", by=student, about=student)
        yesterday = timezone.now() - timedelta(hours=25)
        Attachment.objects.exclude(pk=fresh.pk).update(given_at=yesterday)

        assert sweep() == {"unclaimed": 1, "orphans": 0}
        assert set(Attachment.objects.all()) == {fresh, claimed}
        assert not (media / waiting.file).exists()
        assert (media / claimed.file).exists()

    def test_what_has_no_row_goes_when_it_is_old(self, db: None, media: Path) -> None:
        kept = keep(quick(), purpose="letter", by=None, about=factories.StudentFactory.create())
        old, young = (filing.write("given/ab", ".pdf", b"x") for _number in range(2))
        made = filing.write("documents", ".pdf", b"x")
        pictures = filing.pictures_of(media / "given/ab/gone.pdf")
        for folder in (pictures, filing.pictures_of(media / kept.file)):
            folder.mkdir()
            (folder / "001.webp").write_bytes(b"x")
        make_old(media / old, media / made, media / kept.file)

        sweep_files()

        left = {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}
        beside = str(filing.pictures_of(Path(kept.file)) / "001.webp")
        assert left == {young, kept.file, beside}

    @pytest.mark.chaos
    def test_a_crash_between_file_and_row_leaves_no_row_without_its_file(
        self, transactional_db: None, media: Path
    ) -> None:
        student = factories.StudentFactory.create()
        ended = subprocess.run(
            [sys.executable, "-m", "tests.paperwork.files.killed", str(student.pk), str(media)],
            cwd=portal_settings.BASE_DIR,
            env={**os.environ, "DATABASE": str(connection.settings_dict["NAME"])},
            capture_output=True,
            check=False,
        )

        assert ended.returncode == -signal.SIGKILL, ended.stderr[-2000:]
        left = [path for path in media.rglob("*") if path.is_file()]
        assert len(left) == 1, "it died too early: the file was not there yet"
        assert not Attachment.objects.exists()
        make_old(*left)
        assert sweep() == {"unclaimed": 0, "orphans": 1}
        assert not left[0].exists()


def test_the_handler_and_nginx_agree() -> None:
    template = (portal_settings.BASE_DIR / "deploy/nginx/nginx.conf.template").read_text()

    assert f"client_max_body_size {uploads.LARGEST_REQUEST // 1024 // 1024}m;" in template

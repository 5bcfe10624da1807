"""With `CLAMD` set no file is kept that a scanner does not call clean; asked of a real clamd."""

from __future__ import annotations

import gzip
import io
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone, translation

from accounts.models import User
from enrolments.models import Enrolment
from exams.forms.papers import PaperForm
from grades.models import Transcript
from paperwork import scanner, uploads
from paperwork.models import Attachment
from paperwork.services.files import FileRefusedError, keep
from tests import factories
from tests.clamd import CONFIGURATION, FOUND, WORD, Clamd, saying
from tests.enrolments.cases import make_cast
from tests.grades.rows import finished
from tests.paperwork.files.conftest import upload
from tests.paperwork.files.samples import pdf, photo, plain, saved
from vx_portal.logs import without_personal_data

type Send = Callable[..., Any]
type SignIn = Callable[[User], Client]

AWAY = "could not be checked for viruses just now"
HARMFUL = "found something harmful in this file"


def infected() -> bytes:
    """A PDF that is sound, and has the word in it that the scanner knows."""
    made = pdf()
    made.pages[0].obj.Contents = made.make_stream(b"BT (%s) Tj ET" % WORD)
    return saved(made)


@pytest.fixture(scope="module")
def one_clamd() -> Iterator[Clamd]:
    """One for all tests of this module that meet in this process."""
    running = Clamd()
    yield running
    running.remove()


@pytest.fixture
def clamd(one_clamd: Clamd, settings: Any) -> Clamd:
    """It runs, and the portal knows where."""
    one_clamd.start()
    settings.CLAMD = one_clamd.address()
    return one_clamd


@pytest.fixture
def spool(settings: Any, tmp_path: Path) -> Path:
    """Where what is on its way lies, so that a test sees what is left of it."""
    (tmp_path / "on-their-way").mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "on-their-way"
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0  # all of it goes by the disk
    return tmp_path / "on-their-way"


@pytest.fixture
def case(transactional_db: None) -> Enrolment:
    return finished(make_cast(), purpose="elective")


@pytest.fixture
def send(case: Enrolment, sign_in: SignIn) -> Send:
    """Send a transcript as the student of the case does, to the page on which one does that."""
    client, path = sign_in(case.student), f"exchange/{case.reference}/transcript/"

    def send(*papers: bytes, language: str = "en", name: str = "paper.pdf") -> Any:
        files = [SimpleUploadedFile(name, content) for content in papers]
        return client.post(f"/{language}/{path}", {"papers": files, "grade": "5.5, as printed"})

    return send


def refused_at_the_field(answer: Any, words: str) -> bool:
    """Whether `words` stand at the field, and what was typed is there still."""
    page = answer.content.decode()
    at_field = re.search(r'id="id_papers_error">(.*?)</div>', page, re.DOTALL)
    assert at_field, page[-3000:]
    assert 'value="5.5, as printed"' in page
    return answer.status_code == 422 and words in at_field[1]


def nothing_is_kept(*folders: Path) -> bool:
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return not files and not Attachment.objects.exists() and not Transcript.objects.exists()


class TestAnUpload:
    def test_a_clean_one_is_taken(self, clamd: Clamd, send: Send, media: Path) -> None:
        assert send(plain()).status_code == 302

        (kept,) = Attachment.objects.all()
        assert (media / kept.file).read_bytes() == plain()

    @pytest.mark.parametrize(
        ("language", "words"),
        [("en", HARMFUL), ("nl", "De virusscanner vond iets schadelijks in dit bestand")],
    )
    def test_an_infected_one_is_refused_and_nothing_is_left(
        self,
        clamd: Clamd,
        send: Send,
        media: Path,
        spool: Path,
        caplog: pytest.LogCaptureFixture,
        language: str,
        words: str,
    ) -> None:
        answer = send(infected(), language=language, name="of-anna-jansen.pdf")

        assert refused_at_the_field(answer, words)
        answer.close()
        assert nothing_is_kept(media, spool)
        assert FOUND not in answer.content.decode(), "what it was is for who runs the portal"
        assert FOUND in caplog.text
        assert "anna-jansen" not in caplog.text

    def test_without_the_setting_it_would_be_taken(
        self, clamd: Clamd, send: Send, media: Path, settings: Any
    ) -> None:
        settings.CLAMD = ""

        assert send(infected()).status_code == 302
        (kept,) = Attachment.objects.all()
        assert (media / kept.file).read_bytes() == infected()

    def test_an_infected_photograph_is_refused_with_those_beside_it(
        self, clamd: Clamd, send: Send
    ) -> None:
        answer = send(photo(), photo() + WORD, name="photo.jpg")

        assert refused_at_the_field(answer, HARMFUL)
        assert not Transcript.objects.exists()
        assert Attachment.objects.count() == 1, "the clean one waits for a day, as ever"

    def test_while_the_scanner_is_away_none_is_taken_and_afterwards_it_is(
        self, clamd: Clamd, send: Send, media: Path, spool: Path
    ) -> None:
        clamd.stop()
        assert refused_at_the_field(send(plain()), AWAY)
        assert refused_at_the_field(send(plain(), language="nl"), "kon nu niet op virussen worden")
        assert nothing_is_kept(media)

        clamd.start()
        assert send(plain()).status_code == 302

    def test_a_scanner_that_never_answers_is_not_waited_for(
        self, send: Send, media: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Of several files it is asked for one."""
        asked, ask = [], scanner._ask
        monkeypatch.setattr(scanner, "_ask", lambda *what: asked.append(what[0]) or ask(*what))
        monkeypatch.setattr(scanner, "SECONDS", 1.0)
        with saying(None) as settings.CLAMD:
            began = time.monotonic()
            answer = send(photo(), photo(), photo(), name="photo.jpg")
            took = time.monotonic() - began

        assert refused_at_the_field(answer, AWAY)
        assert answer.content.decode().count(AWAY) >= 3
        assert nothing_is_kept(media)
        assert asked == ["INSTREAM"]
        assert 1.0 <= took < 8.0

    def test_nor_is_one_that_takes_nothing(
        self, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(scanner, "SECONDS", 0.5)
        with saying(None) as settings.CLAMD:
            began = time.monotonic()
            assert scanner.refusal(io.BytesIO(bytes(uploads.LARGEST_FILE))) == "not_scanned"

        assert 0.5 <= time.monotonic() - began < 8.0

    @pytest.mark.parametrize(
        "answer",
        [
            b"",
            b"stream: ",
            b"stream: OK",  # without its end
            b"stream: OKAY\0",
            b"UNKNOWN COMMAND\0",
            b"stream: Can't allocate memory ERROR\0",
            b"x" * 10_000,
        ],
        ids=["hangs up", "breaks off", "no end", "odd", "no command", "an error", "never ends"],
    )
    def test_only_a_clear_word_is_one(self, settings: Any, answer: bytes) -> None:
        with saying(answer) as settings.CLAMD:
            assert scanner.refusal(io.BytesIO(b"small")) == "not_scanned"

    def test_that_word_is_one(self, settings: Any) -> None:
        with saying(b"stream: OK\0") as settings.CLAMD:
            assert scanner.refusal(io.BytesIO(b"small")) == ""


@pytest.mark.parametrize("way", ["socket", "port"])
class TestAsking:
    def test_by_both_ways(self, clamd: Clamd, settings: Any, way: str) -> None:
        settings.CLAMD = clamd.address(way)
        file = io.BytesIO(infected())
        file.seek(7)

        assert scanner.refusal(file) == "virus"
        assert file.tell() == 0
        assert scanner.refusal(io.BytesIO(plain())) == ""
        assert scanner.version().startswith("ClamAV ")

    def test_what_it_does_not_take_or_see_wholly_is_not_clean(
        self, clamd: Clamd, settings: Any, way: str
    ) -> None:
        settings.CLAMD = clamd.address(way)
        bomb = gzip.compress(bytes(301 * 1024 * 1024), 1)

        assert scanner.refusal(io.BytesIO(bytes(13 * 1024 * 1024))) == "too_large_to_scan"
        assert scanner.refusal(io.BytesIO(bomb)) == "too_complex"


def test_it_takes_the_largest_file_that_we_do(clamd: Clamd) -> None:
    said = re.search(r"^StreamMaxLength (\d+)M$", CONFIGURATION.read_text(), re.MULTILINE)
    assert said
    assert int(said[1]) * 1024 * 1024 >= uploads.LARGEST_FILE

    assert scanner.refusal(io.BytesIO(b"x" * uploads.LARGEST_FILE)) == ""


def test_it_stops_looking_when_nobody_waits_any_more() -> None:
    assert f"MaxScanTime {scanner.SECONDS * 1000:.0f}\n" in CONFIGURATION.read_text()


def test_an_exam_paper_is_looked_through_before_it_is_encrypted(
    clamd: Clamd, transactional_db: None
) -> None:
    refused = PaperForm({}, {"paper": upload(infected())})
    with translation.override("en"):
        assert HARMFUL in str(refused.errors["paper"])

    assert PaperForm({}, {"paper": upload()}).is_valid()


def test_so_is_what_no_form_has_seen(clamd: Clamd, transactional_db: None, media: Path) -> None:
    giver = factories.StudentFactory.create()
    with translation.override("en"), pytest.raises(FileRefusedError, match=HARMFUL):
        keep(upload(infected()), purpose="letter", by=giver)

    assert nothing_is_kept(media)


def test_a_file_is_not_looked_through_inside_a_transaction(clamd: Clamd, db: None) -> None:
    """This test is one."""
    assert connection.in_atomic_block

    with pytest.raises(RuntimeError, match="before a transaction"):
        uploads.check(upload())


def test_what_is_kept_comes_by_the_field_that_has_it_looked_through() -> None:
    """The others read a table, a calendar or a document and keep no file; a logo is drawn anew."""
    root = portal_settings.BASE_DIR
    paths = (path for app in portal_settings.INSTALLED_APPS for path in (root / app).rglob("*.py"))
    found = {str(path.relative_to(root)) for path in paths if "FileField" in path.read_text()}

    assert found - {"paperwork/forms/files.py"} == {
        "courses/forms/imports.py",
        "enrolments/forms/timetable.py",
        "grades/forms/own_results.py",
        "grades/views/usis.py",
        "paperwork/forms/settings.py",
        "paperwork/forms/verify.py",
    }


class TestReady:
    def facts(self, client: Client) -> tuple[bool, bool, dict[str, Any]]:
        said = client.get("/readyz").json()
        return said["checks"]["disk"]["ok"], said["degraded"], said["checks"].get("scanner", {})

    def test_readyz_says_that_it_answers(self, clamd: Clamd, client: Client, db: None) -> None:
        assert self.facts(client) == (
            True,
            False,
            {"ok": True, "answers": True, "signatures_days": None},
        )
        assert "vx_scanner_answers 1.0" in client.get("/metrics").text

    def test_it_says_that_it_is_away_and_stays_ready(
        self, clamd: Clamd, client: Client, db: None
    ) -> None:
        clamd.stop()

        _disk, degraded, scanner_says = self.facts(client)

        assert degraded
        assert (scanner_says["ok"], scanner_says["answers"]) == (True, False)
        assert scanner_says["problem"] == "The virus scanner does not answer: no file is taken."
        figures = client.get("/metrics").text
        assert "vx_scanner_answers 0.0" in figures
        assert 'vx_check_ok{check="scanner"} 1.0' in figures

    @pytest.mark.parametrize(("days", "degraded"), [(6.9, False), (7.1, True)])
    def test_it_says_that_signatures_are_old(
        self, client: Client, db: None, settings: Any, days: float, degraded: bool
    ) -> None:
        made = timezone.now() - timedelta(days=days)
        version = f"ClamAV 1.4.6/27823/{made:%a %b %d %H:%M:%S %Y}\0"
        with saying(version.encode()) as settings.CLAMD:
            _disk, is_degraded, said = self.facts(client)

        assert is_degraded is degraded
        assert said["signatures_days"] == days

    def test_without_the_setting_nothing_is_said(self, client: Client, db: None) -> None:
        assert self.facts(client)[2] == {}
        assert "vx_scanner" not in client.get("/metrics").text


def test_the_name_of_a_find_stays_readable_in_the_log() -> None:
    """It comes from the signatures, and looks like a token to what masks those."""
    event = {"virus": "Pdf.Exploit.CVE_2018_4882-6449963-1"}

    assert without_personal_data(None, "", dict(event)) == event
    assert without_personal_data(None, "", {"said": event["virus"]}) != {"said": event["virus"]}

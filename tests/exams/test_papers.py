"""The exam paper's passport: encrypted, opened by two, counted, and never changed afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from exams import passport, vault
from exams.models import Exam, Held, Mark, Paper, PaperStep
from exams.services import paper_links, papers
from exams.services.papers import PaperError
from paperwork import quotas
from paperwork.filing import path_of
from paperwork.models import Event, Notice
from paperwork.sealing import unseal
from tests import factories
from tests.enrolments.cases import case_in, student_of
from tests.exams.sittings import ExamFactory, PublishedSittingFactory, seat
from tests.paperwork.files.samples import plain
from tests.races import at_once
from vx_portal.integrity import faults

HOUR = timedelta(hours=1)
CONTENT, OTHER = plain(), plain(2)


@pytest.fixture(autouse=True)
def _folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def staff(db: None) -> list[User]:
    return factories.MemberFactory.create_batch(3, role=Role.EXAMS)


@pytest.fixture
def exam(db: None) -> Exam:
    """One that begins in two hours."""
    return ExamFactory.create(starts_at=timezone.now() + 2 * HOUR)


def upload(content: bytes = CONTENT, name: str = "exam.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def received(exam: Exam, staff: list[User], content: bytes = CONTENT) -> Paper:
    """The paper, with two who are named."""
    paper = papers.receive(exam, upload(content), by=staff[2]).paper
    papers.name_readers(paper, staff[0], staff[1], timezone.now() - HOUR, by=staff[2])
    return Paper.objects.get(pk=paper.pk)


def test_what_lies_on_the_disk_cannot_be_read_and_not_be_swapped(
    exam: Exam, staff: list[User], settings: LazySettings
) -> None:
    paper = received(exam, staff)
    on_disk = path_of(paper.file).read_bytes()

    assert b"PDF" not in on_disk
    assert paper.sha256 == papers.hashlib.sha256(CONTENT).hexdigest()
    assert vault.take_out(paper.file, exam.pk) == CONTENT
    with pytest.raises(vault.SealBrokenError):
        vault.take_out(paper.file, exam.pk + 1)
    settings.EXAM_PAPER_KEY = "x" * 40  # set later: what was locked away before stays readable
    assert vault.take_out(paper.file, exam.pk) == CONTENT
    settings.SECRET_KEY = "y" * 50
    with pytest.raises(vault.SealBrokenError):
        vault.take_out(paper.file, exam.pk)


def test_it_is_opened_by_two_from_an_hour_on(exam: Exam, staff: list[User]) -> None:
    one, two, third = staff
    paper = received(exam, staff)
    Paper.objects.filter(pk=paper.pk).update(readable_from=timezone.now() + HOUR)
    with pytest.raises(PaperError, match="vanaf"):
        papers.open_paper(paper, by=one)
    Paper.objects.filter(pk=paper.pk).update(readable_from=timezone.now() - HOUR)
    paper.refresh_from_db()

    for refused in (third, factories.MemberFactory.create(role=Role.OFFICE)):
        with pytest.raises(PaperError):
            papers.open_paper(paper, by=refused)
    assert not papers.open_paper(paper, by=one)
    assert not papers.open_paper(paper, by=one), "twice by the same person is not by two"
    with pytest.raises(PaperError):
        papers.read(paper, by=one)
    assert papers.open_paper(paper, by=two)

    assert papers.read(paper, by=one) == CONTENT
    with pytest.raises(PaperError):
        papers.read(paper, by=third)
    steps = paper.steps.filter(kind="opened")
    assert [(step.by, step.with_name) for step in steps] == [(one, ""), (two, str(one))]
    (full,) = passport.passports(exam, third)
    assert [opening.who for opening in full.openings] == [str(one)]
    with pytest.raises(PaperError):
        papers.name_readers(paper, one, third, None, by=third)


def test_a_second_who_comes_too_late_does_not_count(
    exam: Exam, staff: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = received(exam, staff)
    papers.open_paper(paper, by=staff[0])
    with monkeypatch.context() as later:
        later.setattr(papers, "both_within", lambda: -HOUR)  # as if the first did it long ago

        assert not papers.open_paper(paper, by=staff[1])

    assert papers.open_paper(paper, by=staff[0]), "the first again, soon after the second"


def test_a_paper_that_comes_twice_or_is_swapped_is_kept_and_the_latest_counts(
    exam: Exam, staff: list[User]
) -> None:
    first = received(exam, staff)
    papers.open_paper(first, by=staff[0])

    again = papers.receive(exam, upload(), by=staff[2])
    swapped = papers.receive(exam, upload(OTHER), by=staff[2])

    assert "hetzelfde bestand als versie 1" in again.said
    assert "Versie 3" in swapped.said
    assert Paper.objects.current().get() == swapped.paper
    assert [p.number for p in Paper.objects.filter(exam=exam)] == [3, 2, 1]
    assert vault.take_out(first.file, exam.pk) == CONTENT
    assert swapped.paper.first_reader == staff[0], "the two who were named open this one too"
    told = Notice.objects.filter(kind="exams.paper_swapped", asks=True)
    assert {notice.recipient for notice in told} == {staff[0], staff[1]}
    papers.open_paper(swapped.paper, by=staff[0])
    papers.open_paper(swapped.paper, by=staff[1])
    assert papers.read(swapped.paper, by=staff[1]) == OTHER
    with pytest.raises(PaperError):
        papers.note(first, "printed", by=staff[0], number=3)


def test_a_file_that_was_changed_on_the_disk_is_not_handed_out(
    exam: Exam, staff: list[User]
) -> None:
    paper = received(exam, staff)
    assert not [fault for fault in faults() if "Paper" in fault]
    stored = path_of(paper.file).read_bytes()
    path_of(paper.file).write_bytes(stored[:-1] + bytes([stored[-1] ^ 1]))
    assert [fault for fault in faults() if "Paper" in fault]
    for one in staff[:2]:
        papers.open_paper(paper, by=one)

    with pytest.raises(PaperError, match="niet"):
        papers.read(paper, by=staff[0])


GAPS = [
    ({"printed": 24, "collected": 24, "scanned": 24, "sent": 24}, []),
    ({"printed": 24, "collected": 23}, ["Afgedrukt 24, ingenomen 23: 1 te weinig."]),
    ({"collected": 23, "scanned": 24}, ["Ingenomen 23, gescand 24: 1 te veel."]),
    ({"collected": 23, "sent": 22}, ["Er zijn 23 antwoorden, verstuurd zijn er 22: 1 te weinig."]),
    ({"printed": 3}, []),
    ({"printed": 3, "sent": 3}, ["Hoeveel antwoorden zijn ingenomen, is niet opgeschreven."]),
]


@pytest.mark.parametrize(("numbers", "words"), GAPS)
def test_a_gap_is_said_in_words(
    exam: Exam, staff: list[User], numbers: dict[str, int], words: list[str]
) -> None:
    paper = papers.hand_over(exam, "By courier", by=staff[0]).paper
    for kind, number in numbers.items():
        papers.note(paper, kind, by=staff[0], number=number)

    (full,) = passport.passports(exam, staff[0])
    assert full.gaps == words


def test_a_gap_with_who_was_there_and_a_number_put_right(exam: Exam, staff: list[User]) -> None:
    sitting = PublishedSittingFactory.create(exam=exam)
    for _number in range(3):
        seat(sitting, attendance="present")
    type(sitting).objects.filter(pk=sitting.pk).update(state="closed", signed_off_at=timezone.now())
    paper = papers.hand_over(exam, "By courier", by=staff[0]).paper
    (full,) = passport.passports(exam, staff[0])
    assert full.gaps == ["Hoeveel antwoorden zijn ingenomen, is niet opgeschreven."]
    papers.note(paper, "collected", by=staff[0], number=2)
    (full,) = passport.passports(exam, staff[0])
    assert full.gaps == ["Er waren 3 studenten, van 2 zijn de antwoorden ingenomen."]

    papers.note(paper, "collected", by=staff[0], number=3, text="One lay under the pile.")

    (full,) = passport.passports(exam, staff[0])
    assert full.gaps == []
    assert [step.number for step in full.steps if step.kind == "collected"] == [2, 3]


def test_steps_and_marks_are_never_changed(exam: Exam, staff: list[User]) -> None:
    paper = papers.hand_over(exam, "By courier", by=staff[0]).paper
    sitting = PublishedSittingFactory.create(exam=exam)
    Mark.objects.create(sitting=sitting, kind="incident", text="x", at=timezone.now(), by=staff[0])
    for rows in (PaperStep.objects.filter(paper=paper), Mark.objects.filter(sitting=sitting)):
        changes: list[Callable[[], object]] = [
            lambda rows=rows: rows.update(text="another"),
            lambda rows=rows: rows.update(by=staff[1]),
        ]
        if connection.vendor == "postgresql":
            changes.append(rows.delete)
        for change in changes:
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        assert rows.update(by=None) == 1, "who did it may be forgotten"


def test_the_host_sends_by_a_link_and_confirms(
    exam: Exam, staff: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    link = paper_links.ask(exam, email="x@host.example", language="en", by=staff[0])
    notice = Notice.objects.get(kind="exams.paper_ask")
    page = unseal(notice.sealed_link)
    token = page.rstrip("/").rsplit("/", 1)[1]
    assert token not in str(list(Notice.objects.values())) + str(link.__dict__)
    client = Client()

    assert "Why is the sky" not in client.get(page).text
    assert client.post(page, {"name": "", "paper": upload()}).status_code == 422
    assert client.post(page, {"name": "Eva", "paper": upload(b"no pdf")}).status_code == 422
    assert client.post(page, {"name": "Eva", "paper": upload()}).status_code == 302

    paper = Paper.objects.get()
    monkeypatch.setattr(quotas, "VERSIONS_QUOTA", quotas.Quota(1, 10**6))
    many = client.post(page, {"name": "Eva", "paper": upload(OTHER)})
    assert (many.status_code, Paper.objects.get()) == (422, paper)
    assert "1 files have come here" in many.text
    assert re.fullmatch(r"Eva \(\w+\)", paper.received_from)
    answer = papers.note(paper, "sent", by=staff[0], number=1, upload=upload(OTHER, "answers.pdf"))
    assert answer.sha256
    (file,) = papers.answers_of(paper)
    got = client.get(f"{page}answers/{file.pk}/")
    assert b"".join(got) == OTHER
    assert Event.objects.about(file).get(action="opened").actor_name == paper.received_from
    assert client.get(f"{page}answers/{paper.exam.pk}/").status_code == 404
    client.post(f"{page}confirm/", {"name": "Eva"})
    assert paper.steps.filter(kind="confirmed").count() == 1
    client.post(f"{page}confirm/", {"name": "Eva"})
    assert paper.steps.filter(kind="confirmed").count() == 1
    paper_links.ask(exam, email="x@host.example", language="en", by=staff[0])
    assert client.get(page).status_code == 410


def test_our_own_paper_goes_to_a_home_university_and_its_answers_come_in(
    staff: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    leiden = factories.HomeUniversityFactory.create()
    home, stranger = factories.UniversityFactory.create_batch(2)
    edition = factories.EditionFactory.create(
        course=factories.CourseFactory.create(university=leiden)
    )
    case_in("enrolled", edition, student_of(None, home_university=home))
    exam = ExamFactory.create(edition=edition, held=Held.HOME, starts_at=timezone.now() + 2 * HOUR)
    said = {"email": "x@home.example", "language": "en", "by": staff[0]}
    with pytest.raises(PaperError):
        paper_links.send_out(exam, home, **said)
    paper = papers.receive(exam, upload(), by=staff[0]).paper
    with pytest.raises(PaperError):
        paper_links.send_out(exam, stranger, **said)
    paper_links.send_out(exam, home, **said)
    page = unseal(Notice.objects.get(kind="exams.paper_out").sealed_link)
    client = Client()

    Paper.objects.update(readable_from=timezone.now() + HOUR)
    early = client.post(f"{page}open/", {"name": "Kim", "second": "Lee"})
    Paper.objects.update(readable_from=timezone.now() - HOUR)
    alone = client.post(f"{page}open/", {"name": "Kim", "second": "kim "})
    both = client.post(f"{page}open/", {"name": "Kim", "second": "Lee"})
    answers = {"name": "Kim", "number": "1", "answers": upload(OTHER, "answers.pdf")}
    client.post(f"{page}answers/", answers)

    assert (early.status_code, alone.status_code, both.content) == (422, 422, CONTENT)
    steps = paper.steps.filter(university=home)
    assert [(step.kind, step.with_name, step.number) for step in steps] == [
        ("opened", "Lee", None),
        ("sent", "", 1),
    ]
    assert Notice.objects.filter(kind="exams.answers_in").count() == 3
    monkeypatch.setattr(quotas, "LINK_QUOTA", quotas.Quota(2, 10**6))
    more = [client.post(f"{page}answers/", {**answers, "answers": upload(OTHER)}) for _ in range(2)]
    assert [answer.status_code for answer in more] == [302, 422]
    assert "2 files have come here" in more[1].text
    assert len(papers.answers_of(paper)) == 2
    papers.confirm(paper, by=staff[0], university=home.pk)
    assert client.post(page, {"name": "Kim", "paper": upload()}).status_code == 404
    assert Client().get(f"{page}answers/{papers.answers_of(paper)[0].pk}/").status_code == 404


def test_a_host_sees_its_own_exams_and_no_others(
    exam: Exam, sign_in: Callable[[User], Client]
) -> None:
    host = factories.MemberFactory.create(
        role=Role.PARTNER, university=exam.edition.course.university
    )
    foreign = ExamFactory.create()
    client = sign_in(host)
    page = f"/en/partner/exam-days/{exam.pk}/"

    sent = client.post(page, {"paper": upload()})

    assert sent.status_code == 302
    assert "SHA-256" in client.get(page).text
    assert client.get(f"/en/partner/exam-days/{foreign.pk}/").status_code == 404
    assert client.post(f"{page}confirm/").status_code == 302
    assert not PaperStep.objects.filter(kind="confirmed").exists(), "nothing was sent yet"


def test_exam_staff_by_their_pages(
    exam: Exam, staff: list[User], sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(staff[0])
    page = f"/en/exams/papers/{exam.pk}/"
    assert client.post(f"{page}receive/", {}).status_code == 422
    client.post(f"{page}receive/", {"paper": upload()})
    paper = Paper.objects.get()
    version = f"/en/exams/papers/version/{paper.pk}/"
    day = timezone.localtime(timezone.now() - HOUR)
    two = {"first": staff[0].pk, "second": staff[1].pk}
    when = {"from_day": day.date().isoformat(), "from_time": f"{day:%H:%M}"}
    same = client.post(f"{version}readers/", two | when | {"second": staff[0].pk})
    assert same.status_code == 422
    assert client.post(f"{version}readers/", two | when).status_code == 302

    client.post(f"{version}open/")
    assert client.post(f"{version}read/").status_code == 302, "the other has to open it too"
    papers.open_paper(Paper.objects.get(), by=staff[1])
    got = client.post(f"{version}read/")

    assert got.content == CONTENT
    assert got["Content-Disposition"].startswith("attachment")
    assert "no-store" in got["Cache-Control"]
    assert client.post(f"{version}note/", {"kind": "printed"}).status_code == 422
    client.post(f"{version}note/", {"kind": "printed", "number": "24"})
    client.post(f"{version}note/", {"kind": "collected", "number": "23"})
    assert "Printed 24, collected 23: 1 missing." in client.get(page).text


def test_two_uploads_at_once_are_two_versions(transactional_db: None) -> None:
    by = factories.MemberFactory.create(role=Role.OFFICE)
    exam = ExamFactory.create(starts_at=timezone.now() + HOUR)

    results = at_once([lambda: papers.receive(exam, upload(), by=by) for _number in range(4)])

    assert all(isinstance(one, papers.Given) for one in results), results
    assert sorted(Paper.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert Paper.objects.current().get().number == 4

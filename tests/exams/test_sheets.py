"""The papers of a sitting: attendance list, seat plan, door sign and protocol, as PDF/UA."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from exams.models import Mark, Sitting
from exams.services import closing, sheets
from paperwork import making
from paperwork.models import Document, Event
from paperwork.press import press
from paperwork.rendering import sheet_of
from tests import factories
from tests.exams.sittings import ExamFactory, PublishedSittingFactory, duty, seat

MM = 72 / 25.4  # in points


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS, language="en")


@pytest.fixture
def sitting(db: None) -> Sitting:
    """One that began an hour ago: one student was there, one was not; something happened."""
    starts = timezone.now() - timedelta(hours=1)
    row = PublishedSittingFactory.create(exam=ExamFactory.create(starts_at=starts))
    seat(row, attendance="present", is_identified=True, extra_minutes=30, arrangement=["ears"])
    seat(row, attendance="absent")
    duty(row, part="lead")
    Mark.objects.create(sitting=row, kind="incident", text="Fire alarm", at=timezone.now())
    return row


def said(document: Document) -> str:
    return str(document.data)


def test_what_is_laid_ready_says_what_it_should_and_no_more(staff: User, sitting: Sitting) -> None:
    attendance, plan, door = sheets.lay_ready(sitting, by=staff)
    one, two = sitting.seats.order_by("number")

    for document in (attendance, plan):
        assert str(one.student) in said(document)
        assert str(two.student) in said(document)
    assert "30 minutes extra" in said(plan)
    assert "30 minutes extra" not in said(attendance) + said(door)
    assert one.enrolment.student_number in said(door)
    assert str(one.student) not in said(door), "no name hangs on a door"
    assert sheets.lay_ready(sitting, by=staff) == [], "they say what holds"
    one.number = 9
    one.save()
    assert [made.version for made in sheets.lay_ready(sitting, by=staff)] == [2, 2, 2]
    with pytest.raises(sheets.SheetError):
        sheets.lay_ready(sitting, by=one.student)


def test_the_protocol_comes_with_closing(staff: User, sitting: Sitting) -> None:
    closing.close(sitting, by=staff, report="All was well.")

    (protocol,) = Document.objects.about(sitting)
    for words in ("Fire alarm", "All was well.", "1 incident was noted.", str(staff), "not there"):
        assert words in said(protocol)


def test_they_are_pdf_ua_and_opening_one_is_written_down(
    staff: User,
    sitting: Sitting,
    sign_in: Callable[[User], Client],
    settings: LazySettings,
    tmp_path: Path,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    sheets.lay_ready(sitting, by=staff)
    closing.close(sitting, by=staff)
    for document in Document.objects.about(sitting):
        making.make(str(document.pk))

    made = list(Document.objects.about(sitting))
    assert len(made) == 4
    for document in made:
        with pikepdf.open(tmp_path / document.file) as pdf, pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert pdf.Root.MarkInfo.Marked
    client = sign_in(staff)
    page = f"/en/exams/day/{sitting.pk}/"
    assert str(made[0].pk) in client.get(page).text
    got = client.get(f"{page}sheets/{made[0].pk}/")
    assert b"".join(got).startswith(b"%PDF")
    assert Event.objects.about(made[0]).filter(action="opened", actor=staff).exists()
    assert client.get(f"{page}sheets/{sitting.uid}/").status_code == 404


@pytest.mark.parametrize(
    "name", ["0.11", "Zaal 1", "WWWWWWWWWWWW", "Grote collegezaal, oostvleugel"]
)
def test_the_room_is_read_from_afar_and_nothing_on_the_door_is_cut_off(
    staff: User, sitting: Sitting, name: str
) -> None:
    for _number in range(20):
        seat(sitting)
    sitting.room.name = name
    sitting.room.save()
    *_others, door = sheets.lay_ready(sitting, by=staff)

    pdf = pypdfium2.PdfDocument(press().make(sheet_of(door)).content)

    pages = [page.get_textpage() for page in pdf]
    said = " ".join(page.get_text_range() for page in pages)
    for row in sitting.seats.all():
        assert row.enrolment.student_number in said
    for page in pages:
        boxes = [page.get_charbox(at) for at in range(page.count_chars())]
        assert min(left for left, *_rest in boxes) >= 19 * MM
        assert max(right for _left, _bottom, right, _top in boxes) <= 191 * MM
    at, _length = pages[0].search(name[:3], match_case=True).get_next()
    _left, bottom, _right, top = pages[0].get_charbox(at)
    assert top - bottom >= 10 * MM

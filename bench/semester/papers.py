"""Real PDFs, as people and hosts send them."""

from __future__ import annotations

import uuid

from django.core.files.uploadedfile import SimpleUploadedFile

from enrolments.models import Enrolment
from grades import demo_papers
from grades.demo_papers import Said


def letter(name: str = "letter.pdf") -> SimpleUploadedFile:
    """A page of somebody's, unlike every other."""
    rows = [["Board of Examiners"], ["We agree."], [uuid.uuid4().hex]]
    return SimpleUploadedFile(name, demo_papers.typed(rows), "application/pdf")


def said_of(case: Enrolment, grade: str) -> Said:
    """What the host prints about this student."""
    said = demo_papers.said_of(case, grade)
    return said._replace(number=case.student_number)


def transcript(case: Enrolment, said: Said, pages: int = 0) -> SimpleUploadedFile:
    """Its PDF: a plain page, or one that the press made, of so many pages."""
    host = case.edition.course.university.code
    content = demo_papers.printed(said, host, pages) if pages else demo_papers.typed_of(said)
    return SimpleUploadedFile(f"transcript-{case.pk}.pdf", content, "application/pdf")


def photograph(said: Said) -> SimpleUploadedFile:
    return SimpleUploadedFile("IMG_2041.jpg", demo_papers.photographed(said), "image/jpeg")

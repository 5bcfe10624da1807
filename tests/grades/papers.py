"""Transcripts as PDFs, by hand: quick to make, with a text layer to be read."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from enrolments.models import Enrolment
from grades.demo_papers import typed as paper

__all__ = ["paper", "paper_of", "upload"]


def paper_of(case: Enrolment, **other: str) -> bytes:
    """The transcript that the host of `case` would print; `other`: what stands there instead."""
    course = case.edition.course
    said = {
        "name": case.student.name,
        "number": case.student_number,
        "code": course.code,
        "title": course.title,
        "grade": "5.5",
        "credits": f"{course.ec} ECTS",
        "date": f"{case.edition.ends_on:%d.%m.%Y}",
    } | other
    return paper(
        [
            ["Transcript of records"],
            ["Name:", said["name"]],
            ["Student number:", "", said["number"]],
            ["Code", "Course", "Grade", "Credits", "Date"],
            [said["code"], said["title"], said["grade"], said["credits"], said["date"]],
        ]
    )


def upload(content: bytes, name: str = "transcript.pdf") -> SimpleUploadedFile:
    kind = "application/pdf" if content.startswith(b"%PDF") else "image/jpeg"
    return SimpleUploadedFile(name, content, kind)

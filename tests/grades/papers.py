"""Transcripts as PDFs, by hand: quick to make, with a text layer to be read."""

from __future__ import annotations

from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile

from enrolments.models import Enrolment

COLUMNS = (50, 130, 360, 430, 490)


def paper(rows: list[list[str]], *, font: str = "/Encoding/WinAnsiEncoding") -> bytes:
    """A page with these rows, each cell in a column of its own."""
    shown = []
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            text = cell.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
            shown.append(f"1 0 0 1 {COLUMNS[column]} {780 - 22 * number} Tm ({text}) Tj")
    drawing = f"BT /F1 11 Tf {' '.join(shown)} ET".encode("cp1252", "replace")
    parts = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(drawing), drawing),
        f"<</Type/Font/Subtype/Type1/BaseFont/Helvetica{font}>>".encode(),
    )
    out, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(parts) + 1, table)
        + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(out))
    )


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
        "date": date.strftime(case.edition.ends_on, "%d.%m.%Y"),
    } | other
    return paper(
        [
            ["Transcript of records"],
            ["Name:", said["name"]],
            ["Student number:", said["number"]],
            ["Code", "Course", "Grade", "Credits", "Date"],
            [said["code"], said["title"], said["grade"], said["credits"], said["date"]],
        ]
    )


def upload(content: bytes, name: str = "transcript.pdf") -> SimpleUploadedFile:
    kind = "application/pdf" if content.startswith(b"%PDF") else "image/jpeg"
    return SimpleUploadedFile(name, content, kind)

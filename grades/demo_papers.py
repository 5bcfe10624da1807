"""Transcripts for the demo, as hosts print them: made up, and said to be so on each of them."""

from __future__ import annotations

import html
import io
from datetime import date
from typing import NamedTuple

from PIL import Image, ImageDraw

from enrolments.models import Enrolment
from paperwork.press import Sheet, press

STYLE = """
@page { size: A4; margin: 22mm 20mm }
body { font-size: 10pt }
h1 { font-size: 18pt; margin: 0 0 2mm }
h2 { font-size: 12pt; margin: 8mm 0 3mm }
table { width: 100%; border-collapse: collapse }
td, th { text-align: left; padding: 1.5mm 2mm; border-bottom: .3pt solid #888; vertical-align: top }
.who td, .who th { border: 0; padding: .6mm 2mm .6mm 0 }
.small { font-size: 8pt; margin-top: 12mm }
"""


class Said(NamedTuple):
    """What stands on a transcript."""

    name: str
    number: str
    code: str
    title: str
    grade: str
    credits: str
    on: date
    host: str
    city: str
    scale: str
    birthday: str = "12.04.2005"


# How the labels are called, by the host's code; the others print English.
LABELS = {
    "EPFL": ("Relevé de notes / Transcript of records", "Nom / Name", "N° SCIPER", "Note / Grade"),
    "SU": ("Relevé de notes", "Nom et prénom", "Numéro étudiant", "Note"),
}
USUAL = ("Academic transcript", "Student name", "Student ID", "Grade")
OTHERS = ("Introduction to research methods", "Academic writing in English")


def said_of(case: Enrolment, grade: str) -> Said:
    """What the host of `case` would print."""
    course, host = case.edition.course, case.edition.course.university
    return Said(
        name=case.student.name,
        number=str(300000 + case.pk * 17),
        code=course.code,
        title=course.title,
        grade=grade,
        credits=f"{course.host_credits or course.ec or 5:.2f}",
        on=case.edition.ends_on,
        host=host.name,
        city=host.city,
        scale=host.grade_scale,
    )


def printed(said: Said, host_code: str = "", pages: int = 1) -> bytes:
    """A transcript as a PDF with text, of so many pages; the course stands on the last but one."""
    return press().make(Sheet(as_html(said, host_code, pages), {})).content


def as_html(said: Said, host_code: str, pages: int) -> str:
    """The sheet, ready for the press."""
    title, name, number, grade = LABELS.get(host_code, USUAL)
    e = html.escape
    rows = [
        f"<tr><td>GEN-10{at}<td>{e(words)}<td>{e(said.grade)}<td>2.00<td>{said.on:%d.%m.%Y}"
        for at, words in enumerate(OTHERS)
    ]
    course = (
        f"<tr><td>{e(said.code)}<td>{e(said.title)}<td>{e(said.grade)}<td>{e(said.credits)}"
        f"<td>{said.on:%d.%m.%Y}"
    )
    table = (
        f"<table><tr><th>Code<th style='width:45%'>Course<th>{e(grade)}<th>Credits<th>Date"
        f"{''.join(rows)}{course}</table>"
    )
    filler = "".join(
        f"<section style='break-before:page'><h2>Annex {at}</h2><p>{e(WORDS)}</p></section>"
        for at in range(1, pages)
    )
    return (
        f"<!doctype html><html lang=en><head><title>{e(title)}</title><style>{STYLE}</style></head>"
        f"<body><h1>{e(said.host)}</h1><p>{e(title)}</p>"
        f"<table class=who><tr><th>{e(name)}<td>{e(said.name)}<tr><th>{e(number)}"
        f"<td>{e(said.number)}<tr><th>Date of birth<td>{e(said.birthday)}</table>"
        f"<h2>Results</h2>{table}<p>Grade scale: {e(said.scale)}</p>"
        f"<p>{e(said.city)}, {said.on:%-d %B %Y}</p>"
        f"<p class=small>Made up for the demo of this portal. No university issued it.</p>"
        f"{filler}</body></html>"
    )


WORDS = "How courses are assessed, and what the grades of this university stand for. " * 12


def photographed(said: Said) -> bytes:
    """The same as a photograph of paper, on which no text can be found."""
    paper = Image.new("RGB", (1000, 1400), "#cfc9bb")
    pen = ImageDraw.Draw(paper)
    pen.rectangle((60, 60, 940, 1340), fill="#fbfaf6", outline="#8b8577", width=3)
    lines = (
        (said.host, 34),
        ("Transcript of records", 26),
        ("", 20),
        (said.name, 26),
        (f"{said.code}  {said.title}"[:60], 22),
        (f"Grade {said.grade}    Credits {said.credits}", 26),
        (f"{said.on:%d.%m.%Y}", 22),
        ("", 20),
        ("Made up for the demo", 18),
    )
    top = 130
    for words, size in lines:
        pen.text((120, top), words, fill="#1c1c1c", font_size=size)
        top += size * 2
    out = io.BytesIO()
    paper.save(out, "JPEG", quality=82)
    return out.getvalue()


COLUMNS = (50, 130, 360, 430, 490)


def typed(rows: list[list[str]]) -> bytes:
    """A page with these rows, each cell in a column of its own: a PDF by hand, in no time."""
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
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
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


def typed_of(said: Said) -> bytes:
    """A plain transcript with these words."""
    return typed(
        [
            [said.host],
            ["Name:", said.name],
            ["Student number:", "", said.number],
            ["Code", "Course", "Grade", "Credits", "Date"],
            [said.code, said.title[:44], said.grade, f"{said.credits} ECTS", f"{said.on:%d.%m.%Y}"],
            ["Made up for the demo"],
        ]
    )

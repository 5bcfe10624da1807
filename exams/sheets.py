"""The papers of a sitting: what each says, as text in one language; paperwork makes the PDFs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exams import day
from exams.models import Duty, Mark, Sitting

type Data = dict[str, Any]

ATTENDANCE, PLAN, DOOR, PROTOCOL = (
    "exam_attendance",
    "exam_seat_plan",
    "exam_door",
    "exam_protocol",
)
BEFORE = (ATTENDANCE, PLAN, DOOR)  # what is laid ready; the protocol comes with closing


def title_of(kind: str, sitting: Sitting) -> str:
    """The title, in the language that is active."""
    course = sitting.exam.edition.course.title
    return {
        ATTENDANCE: _("Attendance list: %(course)s"),
        PLAN: _("Seat plan: %(course)s"),
        DOOR: _("Exam: %(course)s"),
        PROTOCOL: _("Protocol: %(course)s"),
    }[kind] % {"course": course[:150]}


def data_of(kind: str, sitting: Sitting) -> Data:
    """All that the document shows, in the language that is active."""
    make: dict[str, Callable[[Sitting, list[day.Row]], Data]] = {
        ATTENDANCE: _attendance,
        PLAN: _plan,
        DOOR: _door,
        PROTOCOL: _protocol,
    }
    host = sitting.exam.edition.course.university
    data = make[kind](sitting, day.rows_of(sitting))
    return {"bullets": [{"code": host.code, "colour": host.line_colour}], **data}


def _facts(sitting: Sitting) -> list[list[str]]:
    building = sitting.room.building
    duties = Duty.objects.filter(sitting=sitting, is_cancelled=False).select_related("invigilator")
    who = ", ".join(f"{duty.invigilator} ({duty.get_part_display()})" for duty in duties)
    return [
        [_("Room"), f"{building.name} {sitting.room.name}, {building.address}, {building.city}"],
        [_("When"), _when(sitting)],
        [_("Host university"), str(sitting.exam.edition.course.university)],
        [_("Invigilators"), who or "–"],
    ]


def _when(sitting: Sitting) -> str:
    return f"{_moment(sitting.starts_at, 'l j F Y, H:i')}–{_clock(sitting.ends_at)}"


def _attendance(sitting: Sitting, rows: list[day.Row]) -> Data:
    by_name = sorted(rows, key=lambda row: str(row.seat.student).casefold())
    return {
        "facts": _facts(sitting),
        "lead": _("Look at the student card, write down who is late, and let everybody sign."),
        "tables": [
            {
                "columns": [
                    _("Name"),
                    _("Student number"),
                    _("Seat"),
                    _("Identity checked"),
                    _("Signature"),
                ],
                "rows": [
                    [
                        str(row.seat.student),
                        row.seat.enrolment.student_number,
                        str(row.seat.number),
                        "",
                        "",
                    ]
                    for row in by_name
                ],
                "roomy": True,
            }
        ],
    }


def _plan(sitting: Sitting, rows: list[day.Row]) -> Data:
    exam = sitting.exam
    facts = _facts(sitting)
    facts.append([_("What a student may use"), exam.materials or "–"])
    return {
        "facts": facts,
        "tables": [
            {
                "columns": [_("Seat"), _("Name"), _("Time"), _("Arrangement")],
                "rows": [
                    [
                        str(row.seat.number),
                        str(row.seat.student),
                        f"{_clock(row.seat.starts_at)}–{_clock(row.seat.ends_at)}",
                        ", ".join(row.needs) or "–",
                    ]
                    for row in rows
                ],
            }
        ],
    }


def _door(sitting: Sitting, rows: list[day.Row]) -> Data:
    """Which room it is, in large letters; and no name: a student finds the seat by the number."""
    by_number = sorted(rows, key=lambda row: row.seat.enrolment.student_number)
    return {
        "building": sitting.room.building.name,
        "room": sitting.room.name,
        "when": _when(sitting),
        "lead": _("Have your student card ready. Telephones and bags stay outside the rows."),
        "tables": [
            {
                "columns": [_("Student number"), _("Seat")],
                "rows": [
                    [row.seat.enrolment.student_number, str(row.seat.number)] for row in by_number
                ],
            }
        ],
    }


def _protocol(sitting: Sitting, rows: list[day.Row]) -> Data:
    marks = Mark.objects.filter(sitting=sitting, kind=Mark.Kind.INCIDENT)
    incidents = [
        [_clock(mark.at), str(mark.seat.number) if mark.seat else _("the whole room"), mark.text]
        for mark in marks.select_related("seat")
    ]
    closed = _moment(sitting.signed_off_at, "j F Y, H:i") if sitting.signed_off_at else "–"
    tables: list[Data] = [
        {
            "title": _("Students"),
            "columns": [_("Seat"), _("Name"), _("Attendance"), _("Identity checked")],
            "rows": [
                [
                    str(row.seat.number),
                    str(row.seat.student),
                    row.words,
                    _("yes") if row.seat.is_identified else _("no"),
                ]
                for row in rows
            ],
        }
    ]
    if incidents:
        tables.append(
            {
                "title": _("Incidents"),
                "columns": [_("Time"), _("Seat"), _("What happened")],
                "rows": incidents,
            }
        )
    corrected = [
        [
            _moment(mark.at, "j F Y, H:i"),
            str(mark.seat.number) if mark.seat else "",
            mark.get_kind_display(),
            f"{mark.text} ({mark.by_name})",
        ]
        for mark in Mark.objects.corrections().filter(sitting=sitting).select_related("seat")
    ]
    if corrected:
        tables.append(
            {
                "title": _("Corrected after closing"),
                "columns": [_("When"), _("Seat"), _("Attendance"), _("Why")],
                "rows": corrected,
            }
        )
    said = ngettext("%(n)s incident was noted.", "%(n)s incidents were noted.", len(incidents))
    noted = said % {"n": len(incidents)} if incidents else _("No incident was noted.")
    return {
        "facts": [
            *_facts(sitting),
            [
                _("Sitting closed"),
                _("%(when)s by %(who)s") % {"when": closed, "who": sitting.signed_off_by_name},
            ],
        ],
        "lead": f"{day.count_words(rows)} {noted}",
        "tables": tables,
        "report": {"title": _("Report"), "paragraphs": sitting.report.splitlines()}
        if sitting.report
        else None,
    }


def _moment(moment: Any, form: str) -> str:
    return date_format(timezone.localtime(moment), form)


def _clock(moment: Any) -> str:
    return _moment(moment, "H:i")

"""The test documents of the office: a letter and a form about nobody, to see how they look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils import timezone, translation
from django.utils.formats import date_format, number_format

from courses import house
from courses.wording import gettext as _
from courses.wording import pgettext


class Sample(NamedTuple):
    """The title and the data of a document."""

    title: str
    data: dict[str, Any]


def sample(kind: str, language: str) -> Sample:
    """A document of `kind` (letter or form) about people and courses that do not exist."""
    with translation.override(language):
        return SAMPLES[kind]()


def _letter() -> Sample:
    data = {
        "to": [
            _("Board of Examiners History"),
            _("Faculty of Humanities"),
            "Doelensteeg 16",
            f"1234 AB {house.names().city}",
        ],
        "bullets": [{"code": "UQ", "colour": "violet"}],
        "particulars": [
            [_("Date"), _day(0)],
            [_("Our reference"), "VX-TEST-0001"],
            [pgettext("letter", "About"), "Noor Proefpersoon, s1234567"],
        ],
        "paragraphs": [
            _("Dear members of the Board,"),
            _(
                "This is a test document: the student, the course and the placement in it do not "
                "exist. It shows how a letter of the portal looks, and that the workers make one."
            ),
            _(
                "The student named above has been given a place in an online course of a partner "
                "university. The exam is held in {city}, under supervision, and the host "
                "university grades it."
            ),
        ],
        "facts": [
            [_("Course"), "Introduction to Topology"],
            [_("Host university"), "The University of Queensland, Brisbane"],
            [_("Credits"), number_format(Decimal("7.5")) + " EC"],
            [
                _("Period"),
                _("%(first)s to %(last)s") % {"first": _day(40), "last": _day(140)},
            ],
            [_("Exam in {city}"), _day(135)],
            [_("Counts as"), _("elective")],
        ],
        "closing": [
            _(
                "After the course the host university sends a transcript of records. The exchange "
                "coordinator of the faculty then asks for the result to be registered."
            ),
            _("With kind regards,"),
        ],
        "signatures": [{"name": _("{portal} office"), "role": _("{university}")}],
    }
    title = _("Test letter: a place in Introduction to Topology")
    return Sample(title, data)


def _form() -> Sample:
    data = {
        "bullets": [{"code": "EPFL", "colour": "red"}],
        "lead": _(
            "This is a test document: the student and the course in it do not exist. It shows how "
            "a form of the portal looks, and that the workers make one."
        ),
        "groups": [
            {
                "title": _("Student"),
                "rows": [
                    [[_("Name"), "Noor Proefpersoon"], [_("Student number"), "s1234567"]],
                    [[_("Programme"), _("History (bachelor)")], [_("Year of study"), "3"]],
                    [[_("Faculty"), _("Faculty of Humanities")]],
                ],
            },
            {
                "title": _("Course"),
                "rows": [
                    [[_("Title, as on the transcript"), "Introduction to Quantum Computing"]],
                    [
                        [_("Host university"), "École polytechnique fédérale de Lausanne"],
                        [_("Country"), _("Switzerland")],
                    ],
                    [[_("Code of the host"), "QUANT-101"], [_("Level"), "300"]],
                    [
                        [_("Credits of the host"), "5 ECTS"],
                        [_("Credits (EC)"), number_format(Decimal(5))],
                    ],
                    [[_("Exam"), _day(-20)], [_("Attempt"), _("first chance")]],
                ],
            },
            {
                "title": _("Result"),
                "rows": [
                    [
                        [_("Grade of the host, word for word"), "5.25 (1–6)"],
                        [_("Result to record"), "8"],
                    ],
                    [[_("Type of request"), _("external education")]],
                ],
            },
        ],
        "signatures": [
            {"name": _("For the Board of Examiners"), "role": _("name"), "by_hand": True},
            {"name": _("For the education administration"), "role": _("name"), "by_hand": True},
        ],
        "annex": {
            "title": _("Annex 1. What happened in this case"),
            "paragraphs": [_("The portal wrote this down at the moment that it happened.")],
            "columns": [_("Date"), _("What"), _("Who")],
            "rows": [[_day(day), what, who] for day, what, who in _history()],
        },
    }
    return Sample(_("Test form: registration of a result"), data)


def _history() -> list[tuple[int, str, str]]:
    student, coordinator = "Noor Proefpersoon", _("exchange coordinator")
    host, office = "EPFL", _("{portal} office")
    return [
        (-190, _("Application sent"), student),
        (-188, _("Permission of the Board of Examiners received"), coordinator),
        (-184, _("Application approved"), coordinator),
        (-180, _("Student data sent to the host university"), office),
        (-172, _("Enrolled by the host university"), host),
        (-34, _("Exam time and room announced"), office),
        (-20, _("Exam sat in {city}"), student),
        (-19, _("Answers sent to the host university"), office),
        (-6, _("Transcript of records received"), student),
        (-2, _("Transcript checked, word for word"), coordinator),
    ]


def _day(days_from_today: int) -> str:
    return date_format(timezone.localdate() + timedelta(days=days_from_today), "j F Y")


SAMPLES: dict[str, Callable[[], Sample]] = {"letter": _letter, "form": _form}

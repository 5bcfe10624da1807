"""The columns of an imported or exported file, made from the models' own fields."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses.models import Course, Edition, LiveSession, University

if TYPE_CHECKING:
    type Value = str | int | bool

LONGEST_TEXT = 10_000
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Beyond tab and newline, control characters can stand in no spreadsheet.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class Column:
    """One column: its name in the file, and the field of which model it fills."""

    name: str
    model: type[models.Model]
    attribute: str
    required: bool = False
    note: str | Promise = ""

    @property
    def field(self) -> models.Field[Any, Any] | None:
        """The model's field; None for what is made of other rows."""
        if self.attribute in {"university", "live_sessions"}:
            return None
        found = self.model._meta.get_field(self.attribute)
        return found if isinstance(found, models.Field) else None

    @property
    def label(self) -> str:
        """What the field is called on our pages."""
        if self.attribute == "university":
            return str(_("university"))
        if self.attribute == "live_sessions":
            return str(_("live sessions"))
        return str(self.field.verbose_name) if self.field else self.name

    @property
    def help(self) -> str:
        """What to write in it, where the name does not say it all."""
        return str(self.note) or (str(self.field.help_text) if self.field else "")

    @property
    def words(self) -> list[tuple[str, str]]:
        """The choices, where the column has them: what to write, and what it means."""
        choices = self.field.flatchoices if self.field else []
        return [(str(value), str(label)) for value, label in choices if value]

    @property
    def longest(self) -> int:
        return getattr(self.field, "max_length", None) or LONGEST_TEXT


def _of(model: type[models.Model], names: str) -> list[Column]:
    return [Column(name, model, name) for name in names.split()]


UNIVERSITY_COLUMNS: tuple[Column, ...] = (
    Column("code", University, "code", required=True),
    Column("name", University, "name", required=True),
    *_of(University, "name_nl name_en"),
    Column("city", University, "city", required=True),
    *_of(University, "city_nl"),
    Column("country", University, "country", required=True),
    Column("time_zone", University, "time_zone", required=True),
    *_of(University, "line_colour website about_nl about_en grade_scale credit_system"),
    *_of(University, "ec_per_credit credit_note transcript_nl transcript_en"),
    *_of(University, "contact_name contact_email participating_from participating_until"),
    *_of(University, "source confirmed_on"),
)
COURSE_COLUMNS: tuple[Column, ...] = (
    Column(
        "university",
        Course,
        "university",
        required=True,
        note=_("The code of a university that the portal or this file knows."),
    ),
    Column("code", Course, "code"),
    Column(
        "address",
        Course,
        "slug",
        note=_(
            "The last part of the page's address. With it, code and title of a known course"
            " can be changed; a new course may leave it empty."
        ),
    ),
    Column("title", Course, "title", required=True),
    *_of(Course, "title_nl title_en about_nl about_en outcomes_nl outcomes_en"),
    *_of(Course, "method_nl method_en assessed_nl assessed_en entry_nl entry_en"),
    Column("language", Course, "language", note=_("Its code or its name, such as en or English.")),
    *_of(Course, "level level_number ec host_credits"),
    Column(
        "field",
        Course,
        "field",
        note=_("The three digits of ISCED-F 2013 or the name of that narrow field."),
    ),
    *_of(Course, "assessment honours source source_note confirmed_on"),
)
EDITION_COLUMNS: tuple[Column, ...] = (
    Column("starts_on", Edition, "starts_on", required=True),
    Column("ends_on", Edition, "ends_on", required=True),
    Column("period", Edition, "period", required=True),
    *_of(Edition, "host_period applications_open_on applications_close_on withdraw_until places"),
    Column("edition_assessment", Edition, "assessment"),
    *_of(Edition, "exam_kind exam_on resit_offered resit_on"),
    Column(
        "live_sessions",
        Edition,
        "live_sessions",
        note=_(
            "Weekday and times at the host, such as: tue 08:00-09:00 required; thu 17:30-18:30."
        ),
    ),
)
# What a sheet can hold, and its columns.
SHEETS: dict[str, tuple[Column, ...]] = {
    "universities": UNIVERSITY_COLUMNS,
    "courses": COURSE_COLUMNS + EDITION_COLUMNS,
}


def names(columns: Iterable[Column]) -> list[str]:
    return [column.name for column in columns]


def tidy(text: str) -> str:
    """`text` with newlines of one kind and nothing at its ends or that cannot be seen."""
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def stored(column: Column, row: models.Model) -> Value:
    """What `row` holds in `column`, in the form that a checked cell has; "" where it is empty."""
    match column.attribute:
        case "university" if isinstance(row, Course):
            return row.university.code
        case "live_sessions" if isinstance(row, Edition):
            return sessions_as_text(row.live_sessions.all())
    return plain(column, getattr(row, column.attribute))


def plain(column: Column, value: Any) -> Value:
    """A value of the model as text, a whole number or yes and no: what JSON can keep."""
    match value:
        case None:
            return ""
        case bool() | int():
            return value
        case Decimal():
            return decimal_as_text(value)
        case date():
            return value.isoformat()
    return tidy(str(value))


def shown(column: Column, value: Value) -> str:
    """The value as a reader of the page expects it."""
    if isinstance(value, bool):
        return str(_("yes")) if value else str(_("no"))
    if value == "":
        return ""
    if column.field is None:
        return str(value)
    typed = column.field.to_python(value)
    if isinstance(typed, date):
        return formats.date_format(typed, "DATE_FORMAT")
    if isinstance(typed, Decimal):
        return str(formats.localize(Decimal(decimal_as_text(typed))))
    return str(dict(column.field.flatchoices).get(value, typed))


def decimal_as_text(number: Decimal) -> str:
    """As short as it can be without losing anything: 5 rather than 5.0."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def sessions_as_text(sessions: Iterable[LiveSession]) -> str:
    """The sessions in the order of the week, as one cell holds them."""
    ordered = sorted(sessions, key=lambda s: (s.weekday, s.starts_at, s.ends_at))
    return "; ".join(
        f"{DAYS[s.weekday]} {_clock(s.starts_at)}-{_clock(s.ends_at)}"
        + (" required" if s.required else "")
        for s in ordered
    )


def sessions_from_text(text: str) -> list[LiveSession]:
    """Unsaved sessions from a checked cell."""
    made = []
    for part in filter(None, text.split("; ")):
        day, times, *required = part.split(" ")
        starts, ends = times.split("-")
        made.append(
            LiveSession(
                weekday=DAYS.index(day),
                starts_at=time.fromisoformat(starts),
                ends_at=time.fromisoformat(ends),
                required=bool(required),
            )
        )
    return made


def _clock(at: time) -> str:
    return f"{at:%H:%M}"

"""A course's texts in the order of Leiden's prospectus, and its study load in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from courses.models.course import HOURS_PER_EC, Assessment

if TYPE_CHECKING:
    from django.db.models import Model

    from courses.models import Course, Edition

BULLETS = ("- ", "* ", "• ")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a list when each of its lines begins with a bullet."""

    lines: list[str]

    @property
    def is_list(self) -> bool:
        return all(line.startswith(BULLETS) for line in self.lines)

    @property
    def entries(self) -> list[str]:
        return [line[2:].strip() for line in self.lines]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Text:
    """A text; `lang` is given where it is not in the reader's language."""

    blocks: list[Block]
    lang: str

    def __str__(self) -> str:
        return " ".join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of the page with its text."""

    name: str
    heading: str
    text: Text


def _blocks(text: str) -> list[Block]:
    paragraphs: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip():
            paragraphs[-1].append(line.strip())
        elif paragraphs[-1]:
            paragraphs.append([])
    return [Block(lines) for lines in paragraphs if lines]


def text_of(row: Model, name: str) -> Text | None:
    """`row`'s text `name` in the reader's language, or in the other one where only that exists."""
    mine = (get_language() or "nl")[:2]
    for language in (mine, "en" if mine == "nl" else "nl"):
        if blocks := _blocks(getattr(row, f"{name}_{language}")):
            return Text(blocks, "" if language == mine else language)
    return None


def sections(course: Course) -> list[Section]:
    """The sections that have a text."""
    named = (
        ("about", _("What it is about")),
        ("outcomes", _("What you learn")),
        ("method", _("How it is taught")),
        ("assessed", _("How it is assessed")),
        ("entry", _("Entry requirements")),
    )
    texts = [(name, heading, text_of(course, name)) for name, heading in named]
    return [Section(name, heading, text) for name, heading, text in texts if text]


def assessment(course: Course, edition: Edition | None) -> Assessment | None:
    """How the course is concluded: as the edition says, else as it usually is; None if unknown."""
    known = (edition.assessment if edition else "") or course.assessment
    return Assessment(known) if known else None


def study_load(course: Course, edition: Edition | None) -> str:
    """The study load in words; a week's share where the edition's length is known."""
    if course.ec is None:
        return ""
    hours = course.study_hours or 0
    text = _("%(ec)s EC at %(rate)s hours each makes %(hours)s hours of study.") % {
        "ec": number_format(course.ec.normalize() if course.ec % 1 else int(course.ec)),
        "rate": HOURS_PER_EC,
        "hours": hours,
    }
    weeks = round(((edition.ends_on - edition.starts_on).days + 1) / 7) if edition else 0
    if weeks < 1:
        return text
    a_week = max(1, round(hours / weeks))
    share = ngettext(
        "Over one week that is %(a_week)s hours.",
        "Over %(weeks)s weeks that is about %(a_week)s hours a week.",
        weeks,
    ) % {"weeks": weeks, "a_week": a_week}
    return f"{text} {share}"

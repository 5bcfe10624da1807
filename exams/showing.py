"""An exam as pages and mails show it: on both clocks, in words."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from courses import house
from exams.models import Mode
from exams.moments import leiden, two_clocks

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from courses.models import University
    from exams.models import Exam
    from exams.sitters import Task


class Shown(NamedTuple):
    """When an exam is, on Leiden's clock; and elsewhere, empty when that shows the same."""

    leiden: str
    host: str
    place: str  # the city of the host, or of the home university that holds it

    @property
    def both(self) -> str:
        """In one line."""
        if not self.host:
            return self.leiden
        return f"{self.leiden} ({house.names().city}) = {self.host} ({self.place})"


def shown(exam: Exam, home: University | None = None) -> Shown:
    """The moment of `exam` (with its edition, course and university) in the reader's language.

    On Leiden's clock and the host's; or that of `home`, where a home university holds our exam.
    """
    host = home or exam.edition.course.university
    there = ZoneInfo(host.time_zone)
    if exam.mode == Mode.WINDOW and exam.window_from and exam.window_until:
        words = [_span(exam.window_from, exam.window_until, zone) for zone in (leiden(), there)]
        is_same = words[0] == words[1]
        return Shown(words[0], "" if is_same else words[1], host.local_city)
    return at(exam.earliest_at, host)


def of_task(task: Task) -> Shown:
    """When an exam is, or a moment of it that students chose."""
    if task.start is None:
        return shown(task.exam)
    return at(task.start, task.exam.edition.course.university)


def at(moment: datetime, host: University) -> Shown:
    """A moment in Leiden and at `host`; the host's day is left out when it is the same day."""
    clocks = two_clocks(moment, ZoneInfo(host.time_zone))
    there = "" if clocks.is_same else _full(clocks.host)
    if there and not clocks.is_other_day:
        there = _clock(clocks.host)
    return Shown(_full(clocks.leiden), there, host.local_city)


def _span(first: datetime, last: datetime, zone: tzinfo) -> str:
    begins, ends = (moment.astimezone(zone).replace(tzinfo=None) for moment in (first, last))
    return _("from %(first)s until %(last)s") % {"first": _full(begins), "last": _full(ends)}


def between(first: datetime, last: datetime) -> str:
    """Hours of one day on Leiden's clock, or the day when it is the whole."""
    begins, ends = (one.astimezone(leiden()).replace(tzinfo=None) for one in (first, last))
    if begins.time() == ends.time() == time.min:
        return date_format(begins, "l j F Y")
    return f"{_full(begins)}–{_clock(ends)}"


def _full(moment: datetime) -> str:
    return f"{date_format(moment, 'l j F Y')}, {_clock(moment)}"


def _clock(moment: datetime) -> str:
    return time_format(moment.time(), "H:i")

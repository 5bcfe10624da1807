"""What is true today about applying for an edition, and the one thing a reader can do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from courses.models.course import PublicState

if TYPE_CHECKING:
    from courses.models import Course, Edition

SOON = 7  # days before the closing date from which it is said with more weight


@dataclass(frozen=True, slots=True)
class Button:
    """What a reader can do, and why it is this."""

    label: str
    url: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Applying:
    """The statement on the ticket, its tag, and the button under it."""

    tag: str
    tone: str  # a tag's colour: ok, warn, err, info; none for what is over
    statement: str
    button: Button
    open: bool = False


def _apply(course: Course, edition: Edition, label: str) -> Button:
    """The way to an application: it begins there, or goes on where the student left it."""
    first_day = edition.starts_on.isoformat()
    address = reverse(
        "exchange:apply", args=[course.university.code.lower(), course.slug, first_day]
    )
    return Button(
        label, address, _("It takes about 10 minutes. What you typed is kept, on any device.")
    )


def _look_on() -> Button:
    return Button(_("Find another course"), reverse("courses:catalogue"))


def _while_open(course: Course, edition: Edition, last: date, today: date) -> Applying:
    statement = _("Last day to apply: %(day)s") % {"day": date_format(last, "DATE_FORMAT")}
    if edition.left == 0:
        return Applying(
            tag=_("Full: waiting list"),
            tone="warn",
            statement=statement,
            button=_apply(course, edition, _("Join the waiting list")),
            open=True,
        )
    soon = (last - today).days <= SOON
    day = date_format(last, "j M").rstrip(".")
    by = _("Apply by %(day)s") % {"day": day if get_language() == "en" else day.lower()}
    return Applying(
        tag=_("Closes soon") if soon else _("Open for applications"),
        tone="warn" if soon else "ok",
        statement=statement,
        button=_apply(course, edition, by),
        open=True,
    )


def _before_opening(course: Course, edition: Edition) -> Applying:
    opens = edition.applications_open_on
    calendar = reverse("courses:calendar", args=[course.university.code.lower(), course.slug])
    return Applying(
        tag=_("Not open yet"),
        tone="info",
        statement=_("Applications open on %(day)s") % {"day": date_format(opens, "DATE_FORMAT")}
        if opens
        else _("The application dates are not known yet"),
        button=Button(
            _("Add the dates to your calendar"),
            calendar,
            _("Use the time to find out whether it will count for you."),
        ),
    )


def applying(course: Course, edition: Edition | None, today: date) -> Applying:
    """What a reader can do about `edition` on `today`; None stands for a course without dates."""
    if edition is None:
        return Applying(
            tag=_("No dates yet"),
            tone="info",
            statement=_("There are no dates for this course yet"),
            button=_look_on(),
        )
    if edition.state == PublicState.WITHDRAWN:
        return Applying(
            tag=pgettext("edition", "Withdrawn"),
            tone="err",
            statement=_("This edition is withdrawn")
            if course.university.is_home
            else _("The host university has withdrawn this edition"),
            button=_look_on(),
        )
    last = edition.applications_close_on
    if last and last < today:
        return Applying(
            tag=pgettext("applications", "Closed"),
            tone="",
            statement=_("Applications closed on %(day)s")
            % {"day": date_format(last, "DATE_FORMAT")},
            button=_look_on(),
        )
    if edition.applications_open(today) and last:
        return _while_open(course, edition, last, today)
    if edition.starts_on <= today:
        return Applying(
            tag=pgettext("edition", "Under way"),
            tone="info",
            statement=_("This edition started on %(day)s")
            % {"day": date_format(edition.starts_on, "DATE_FORMAT")},
            button=_look_on(),
        )
    return _before_opening(course, edition)


def leading(editions: Iterable[Edition], today: date) -> Edition | None:
    """The edition that concerns a reader most: open ones first, then those that will open."""

    def rank(edition: Edition) -> tuple[int, date]:
        if edition.state == PublicState.WITHDRAWN:
            return 3, edition.starts_on
        closed = edition.applications_close_on is not None and edition.applications_close_on < today
        if edition.applications_open(today):
            return 0, edition.starts_on
        return (2 if closed or edition.starts_on <= today else 1), edition.starts_on

    return min(editions, key=rank, default=None)

"""A case as one line, alike on every home and in the search: where it is, who has it, by when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import urlencode

from django.urls import reverse

from enrolments import colleagues, holding
from enrolments.clock import Clock, at_work, clock
from enrolments.later import news_of
from enrolments.route import Place, place_on, stops
from enrolments.scopes import scopes_of

if TYPE_CHECKING:
    from accounts.models import User
    from enrolments.later import News
    from enrolments.models import Enrolment


class Holder(Protocol):
    """Who has something: of a case, or of its registration."""

    @property
    def name(self) -> str: ...
    @property
    def since(self) -> datetime: ...
    @property
    def due_on(self) -> date | None: ...
    @property
    def is_overdue(self) -> bool: ...


class Line(NamedTuple):
    """A row of a board. Without a `place` the list says itself which stop it is about."""

    case: Enrolment
    address: str
    holder: Holder
    clock: Clock
    place: Place | None = None


def lines_of(user: User, cases: Sequence[Enrolment]) -> list[Line]:
    """These cases (as `for_list` gives them) with what later apps know of them."""
    news = news_of(cases)
    return [line_of(user, case, news[case.pk]) for case in cases]


def line_of(user: User, case: Enrolment, news: News | None = None) -> Line:
    """One case; `news` as `later.news_of` gives it, None for one that no later app knows."""
    holder = holding.holder(case, news)
    told = news is not None and news.holder is not None
    running = working_clock(holder) if told else clock(case)
    place = place_on(stops(case, news=news))
    return Line(case, address_of(user, case), holder, running, place)


class Found(NamedTuple):
    """A case, and where its reader finds it."""

    case: Enrolment
    address: str


def with_addresses(user: User, cases: Iterable[Enrolment]) -> list[Found]:
    return [Found(case, address_of(user, case)) for case in cases]


def working_clock(holder: Holder) -> Clock:
    """The working days of whoever has it; empty when no clock runs."""
    if not holder.name or holder.due_on is None:
        return Clock("", is_late=False)
    return at_work(holder.since, holder.due_on)


def address_of(user: User, case: Enrolment) -> str:
    """Where `user`, who may see `case` as staff, finds it."""
    if colleagues.may_open(user, case):
        return reverse("desk:case", args=[case.reference])
    if case.edition.course.university_id in scopes_of(user).partner_of:
        asked = urlencode({"view": "all", "q": case.reference})
        return f"{reverse('partner:home')}?{asked}"
    return reverse("exams:exam", args=[case.edition_id, 1])
